using System.Diagnostics;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Two people and one photo: shared, liked, talked about, taken back.</summary>
public sealed class SharingJourney(RunningFlickr flickr, Chromium chromium)
{
    private const string Remark = "What a <b>rocket</b> & a half";

    [Fact]
    [Trait("Requirement", "R001")]
    [Trait("Requirement", "R012")]
    [Trait("Requirement", "R013")]
    [Trait("Requirement", "R014")]
    [Trait("Requirement", "R015")]
    [Trait("Requirement", "R122")]
    public async Task A_share_lets_a_guest_see_favourite_and_comment_until_it_is_revoked_at_the_edge()
    {
        await using var alice = await Person.SignUpAsync(flickr, chromium, "alice");
        await using var bob = await Person.SignUpAsync(flickr, chromium, "bob");
        await alice.OpenAlbumAsync("nature");
        await alice.UploadAsync("photos/rocket.jpg", "photos/coffee.png");
        await bob.GoAsync("/shared");
        await Assertions.Expect(bob.Page.Locator(".grid li")).ToHaveCountAsync(0);

        await ShareAsync(alice);
        var addresses = await SeeSharedPhotoAsync(bob);
        await FavouriteAsync(bob);
        await CommentAsync(bob);
        await AnswerAndCloseCommentsAsync(alice);
        await SeeNoCommentsAsync(bob);
        await RevokeAsync(alice, addresses);

        await bob.GoAsync("/shared");
        await Assertions.Expect(bob.Page.Locator(".grid li")).ToHaveCountAsync(0);
        await bob.GoAsync("/favourites");
        await Assertions.Expect(bob.Page.Locator(".grid li")).ToHaveCountAsync(0);
        await Assertions.Expect(bob.Page.Locator(".empty")).ToBeVisibleAsync();
    }

    private static async Task ShareAsync(Person alice)
    {
        var dialog = alice.Page.Locator("dialog.share");
        await alice.OpenFirstPhotoAsync();
        await alice.Do("share").ClickAsync();
        await dialog.GetByLabel("User name").FillAsync("nobody-here");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.Locator("section").First.GetByRole(AriaRole.Status)).ToHaveTextAsync("There is no other user of that name.");
        await dialog.GetByLabel("User name").FillAsync("bob");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.Locator("section").First.GetByRole(AriaRole.Status)).ToHaveTextAsync("Shared with bob.");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Listitem)).ToContainTextAsync(["bob"]);
        await alice.PictureAsync("share-dialog.png");
        await alice.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(alice.Do("share")).ToBeFocusedAsync();
    }

    /// <summary>The addresses of the photo as bob's page has them, both open.</summary>
    private static async Task<string[]> SeeSharedPhotoAsync(Person bob)
    {
        await bob.GoAsync("/");
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Shared with me" }).ClickAsync();
        await Assertions.Expect(bob.Page.Locator(".grid li[data-hd]")).ToHaveCountAsync(1);
        await bob.SeeAllPicturesAsync();
        await bob.OpenFirstPhotoAsync();
        await Assertions.Expect(bob.Do("share")).ToBeHiddenAsync();
        await Assertions.Expect(bob.Do("delete")).ToBeHiddenAsync();
        var addresses = await bob.Page.EvaluateAsync<string[]>(
            "(cell => [cell.querySelector('img').src, cell.dataset.hd])(document.querySelector('.grid li'))");
        using var client = new HttpClient();
        foreach (var address in addresses)
        {
            using var answer = await client.GetAsync(address);
            Assert.Equal(200, (int)answer.StatusCode);
        }
        return addresses;
    }

    private static async Task FavouriteAsync(Person bob)
    {
        var stored = bob.Page.WaitForResponseAsync(response => response.Url.EndsWith("/favourite", StringComparison.Ordinal));
        await bob.Page.Keyboard.PressAsync("f");
        await Assertions.Expect(bob.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(204, (await stored).Status);
    }

    private static async Task CommentAsync(Person bob)
    {
        await bob.Do("info").ClickAsync();
        await bob.Viewer.GetByLabel("Your comment").FillAsync(Remark);
        await bob.Viewer.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        // As text, letter by letter: no element came of it.
        await Assertions.Expect(bob.Viewer.Locator(".comments li p")).ToHaveTextAsync([Remark]);
        await Assertions.Expect(bob.Viewer.Locator(".comments li b")).ToHaveCountAsync(0);
        await bob.PictureAsync("guest-comments.png");
        await bob.GoAsync("/favourites");
        await Assertions.Expect(bob.Page.Locator(".grid li .heart")).ToBeVisibleAsync();
        await bob.SeeAllPicturesAsync();
        await bob.PictureAsync("favourites.png");
    }

    private static async Task AnswerAndCloseCommentsAsync(Person alice)
    {
        await Assertions.Expect(alice.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "false");
        await alice.Do("info").ClickAsync();
        await Assertions.Expect(alice.Viewer.Locator(".comments li")).ToContainTextAsync(["bob"]);
        await alice.Viewer.GetByLabel("Your comment").FillAsync("Thank you, bob.");
        await alice.Viewer.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(alice.Viewer.Locator(".comments li")).ToHaveCountAsync(2);
        await alice.PictureAsync("owner-panel.png");
        await alice.Viewer.GetByRole(AriaRole.Button, new() { Name = "Delete the comment of alice" }).ClickAsync();
        await Assertions.Expect(alice.Viewer.Locator(".comments li")).ToHaveCountAsync(1);
        await alice.Viewer.GetByLabel("Allow comments").ClickAsync();
        await Assertions.Expect(alice.Viewer.Locator(".comments [role=status]")).ToHaveTextAsync("Comments are off for this photo.");
        await Assertions.Expect(alice.Viewer.GetByLabel("Allow comments")).Not.ToBeCheckedAsync();
    }

    private static async Task SeeNoCommentsAsync(Person bob)
    {
        await bob.GoAsync("/shared");
        await bob.OpenFirstPhotoAsync();
        await bob.Do("info").ClickAsync();
        await Assertions.Expect(bob.Viewer.Locator(".facts dd").First).ToBeVisibleAsync();
        await Assertions.Expect(bob.Viewer.Locator(".comments")).ToBeHiddenAsync();
        var status = await bob.Page.EvaluateAsync<int>(
            """
            fetch(`/api/v1/photos/${document.querySelector('.grid li').dataset.id}/comments`, { method: 'POST',
                headers: { 'Flickr-Request': '1', 'Content-Type': 'application/json' }, body: '{"text":"hello?"}' }).then(a => a.status)
            """);
        Assert.Equal(403, status);
    }

    private static async Task RevokeAsync(Person alice, string[] addresses)
    {
        await alice.Do("share").ClickAsync();
        var revoke = alice.Page.GetByRole(AriaRole.Button, new() { Name = "Stop sharing with bob" });
        using var client = new HttpClient();
        await Assertions.Expect(revoke).ToBeVisibleAsync();

        var since = Stopwatch.StartNew();
        await revoke.ClickAsync();
        foreach (var address in addresses)
        {
            var status = 200;
            while (status == 200 && since.Elapsed < TimeSpan.FromSeconds(2))
            {
                using var answer = await client.GetAsync(address);
                status = (int)answer.StatusCode;
            }
            Assert.True(status is 401 or 403, $"the edge still answers {status} after {since.Elapsed}: {address}");
        }
        Console.WriteLine($"refused at the edge {since.ElapsedMilliseconds} ms after the click");
        await Assertions.Expect(alice.Page.Locator("dialog.share section:first-of-type [role=status]")).ToHaveTextAsync("No longer shared with bob.");
    }
}
