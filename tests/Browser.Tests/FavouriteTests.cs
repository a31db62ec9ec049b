using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>A favourite is painted before anybody was asked, and taken back when the answer is no.</summary>
public sealed class FavouriteTests(RunningFlickr flickr, Chromium chromium)
{
    [Fact]
    [Trait("Requirement", "R080")]
    public async Task A_favourite_is_painted_before_the_server_answers_and_rolled_back_when_it_refuses()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "hasty");
        await person.OpenAlbumAsync("likes");
        await person.UploadAsync("derived/lossy.webp");
        await person.OpenFirstPhotoAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await person.Page.RouteAsync("**/favourite", async route =>
        {
            asked.TrySetResult();
            await answer.Task;
            await route.FulfillAsync(new()
            {
                Status = 404, ContentType = "application/problem+json", Body = """{"type":"urn:flickr:problem:not-found","title":"Gone."}""",
            });
        });

        var paintMs = await person.Page.EvaluateAsync<double>(
            """
            new Promise(done => {
                const button = document.querySelector('[data-do=favourite]');
                const start = performance.now();
                new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - start))).observe(button, { attributes: true });
                button.click();
            })
            """);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        answer.SetResult();
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "false");

        await Assertions.Expect(person.Viewer.Locator(".stage [role=status]")).ToHaveTextAsync("The photo is gone, or no longer for you to see.");
        await Assertions.Expect(person.Page.Locator(".grid .heart")).ToBeHiddenAsync();
        Assert.InRange(paintMs, 0, 100);
    }

    [Fact]
    [Trait("Requirement", "R015")]
    public async Task Quick_repeats_end_with_what_was_wished_last()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "fickle");
        await person.OpenAlbumAsync("likes");
        await person.UploadAsync("derived/lossy.webp");
        await person.OpenFirstPhotoAsync();

        await person.Page.EvaluateAsync("for (let i = 0; i < 7; i++) document.querySelector('[data-do=favourite]').click()");
        await person.Page.EvaluateAsync(
            """
            async () => {
                const until = performance.now() + 10000;
                while ((await (await fetch('/api/v1/favourites')).json()).items.length !== 1 && performance.now() < until)
                    await new Promise(next => setTimeout(next, 100));
            }
            """);
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        await person.GoAsync("/favourites");

        await Assertions.Expect(person.Page.Locator(".grid li[data-favourite]")).ToHaveCountAsync(1);
    }
}
