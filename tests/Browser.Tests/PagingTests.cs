using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Somebody looks through a long album while its owner goes on publishing.</summary>
public sealed class PagingTests(RunningFlickr flickr, Chromium chromium)
{
    private const int Count = 400;

    [Fact]
    [Trait("Requirement", "R083")]
    [Trait("Requirement", "R084")]
    public async Task Scrolling_shows_every_photo_once_while_the_owner_publishes_more()
    {
        await using var owner = await Person.SignUpAsync(flickr, chromium, "publisher");
        await MakePublicAsync(owner);
        await owner.OpenAlbumAsync("stream");
        await owner.UploadAsync("photos/rocket.jpg");
        await LargeAlbum.FillAsync(flickr, owner.Name, "stream", Count);
        await using var guest = await Person.SignUpAsync(flickr, chromium, "reader");
        await guest.GoAsync($"/{owner.Name}/stream");
        await Assertions.Expect(guest.Page.Locator(".grid li").First).ToHaveAttributeAsync("aria-setsize", $"{Count + 1}");

        var early = await ReadOnAsync(guest, 0.4);
        await owner.GoAsync($"/{owner.Name}/stream");
        await owner.Page.Locator("#files").SetInputFilesAsync(Samples.File("photos/chelsea.png"));
        await Assertions.Expect(owner.Page.Locator("#uploads li.published")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        var all = await ReadOnAsync(guest, 1);

        Assert.InRange(early.Length, 50, Count - 50);
        Assert.Equal(Count + 1, all.Length);
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all.Reverse().Reverse().Distinct().OrderDescending(StringComparer.Ordinal));
        Assert.Subset(all.ToHashSet(), early.ToHashSet());
    }

    private async Task MakePublicAsync(Person owner)
    {
        await owner.GoAsync("/account");
        await owner.Page.Locator("select[name=visibility]").SelectOptionAsync("public");
        await owner.Page.Locator("form[action='/account/visibility'] button").ClickAsync();
        await owner.Page.WaitForURLAsync($"{flickr.Photos}/account?saved");
    }

    /// <summary>Scrolls down to a share of the page as a reader does, a screen at a time; the ids of all photos seen so far.</summary>
    private static Task<string[]> ReadOnAsync(Person guest, double share) => guest.Page.EvaluateAsync<string[]>(
        """
        async share => {
            const seen = window.seenPhotos ??= new Set();
            const look = () => document.querySelectorAll('.grid li[data-id]').forEach(cell => seen.add(cell.dataset.id));
            const until = performance.now() + 15000;
            for (;;) {
                look();
                const end = share * (document.documentElement.scrollHeight - innerHeight);
                const isRead = ![...document.querySelectorAll('.part.unread')].some(part => part.getBoundingClientRect().top < 1.5 * innerHeight);
                if (scrollY >= end - 2 && isRead || performance.now() > until) return [...seen];
                if (isRead) scrollBy(0, innerHeight * 0.8);
                await new Promise(next => setTimeout(next, 30));
            }
        }
        """, share);
}
