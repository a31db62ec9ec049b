using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>What an owner does with albums, and what a stranger sees through a link.</summary>
public sealed class AlbumJourney(RunningFlickr flickr, Chromium chromium)
{
    private const string LinkPassword = "only for you";

    [Fact]
    [Trait("Requirement", "R053")]
    public async Task Albums_are_renamed_put_in_order_given_a_cover_and_deleted_and_photos_move_between_them()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "keeper");
        await person.OpenAlbumAsync("one");
        await person.UploadAsync("photos/rocket.jpg", "photos/coffee.png");
        await person.OpenAlbumAsync("two");
        await person.UploadAsync("photos/chelsea.png");

        await MoveFirstAsync(person, from: "one", to: "two");
        await person.GoAsync($"/{person.Name}/two");
        await Assertions.Expect(person.Page.Locator(".grid li[data-hd]")).ToHaveCountAsync(2);
        await SetOldestAsCoverAsync(person);
        await RenameAsync(person, "two", "Cats & coffee");
        await PutLaterAsync(person, "one");
        await person.PictureAsync("albums-managed.png");
        await DeleteAsync(person, "one");

        await Assertions.Expect(person.Page.Locator(".albums .name")).ToHaveTextAsync(["Cats & coffee"]);
    }

    [Fact]
    [Trait("Requirement", "R122")]
    public async Task A_link_with_a_password_opens_an_album_to_a_stranger_until_it_is_ended()
    {
        await using var owner = await Person.SignUpAsync(flickr, chromium, "host");
        await owner.OpenAlbumAsync("party");
        await owner.UploadAsync("photos/rocket.jpg", "photos/coffee.png");
        await owner.GoAsync($"/{owner.Name}/party");
        var address = await MakeLinkAsync(owner);
        await using var profile = await chromium.NewProfileAsync(Screen.Phone);
        var stranger = await profile.NewPageAsync();

        await stranger.GotoAsync(address);
        await stranger.GetByLabel("Password").FillAsync("guessed wrong");
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Assertions.Expect(stranger.Locator("form.ask [role=alert]")).ToHaveTextAsync("The password is wrong.");
        await stranger.ScreenshotAsync(new() { Path = Chromium.PictureFile("link-asks.png") });
        await stranger.GetByLabel("Password").FillAsync(LinkPassword);
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Assertions.Expect(stranger.Locator("h1")).ToHaveTextAsync("party");
        await stranger.WaitForFunctionAsync(
            "() => (all => all.length === 2 && all.every(i => i.complete && i.naturalWidth > 0))([...document.querySelectorAll('.grid img')])");
        await stranger.ScreenshotAsync(new() { Path = Chromium.PictureFile("link-open.png") });
        await stranger.Locator(".grid li a").First.ClickAsync();
        await stranger.WaitForFunctionAsync("() => document.querySelector('dialog.viewer[open] .stage img')?.naturalWidth > 0");

        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "End the link" }).ClickAsync();
        await Assertions.Expect(owner.Page.Locator("dialog.share .links [role=status]")).ToHaveTextAsync("The link has ended.");
        await stranger.GotoAsync(address);
        await Assertions.Expect(stranger.Locator(".gone")).ToBeVisibleAsync();
    }

    private static async Task<string> MakeLinkAsync(Person owner)
    {
        await owner.Page.Locator("main .actions details.menu summary").ClickAsync();
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Share album" }).ClickAsync();
        var dialog = owner.Page.Locator("dialog.share");
        await dialog.GetByLabel("Password (optional)").FillAsync(LinkPassword);
        await dialog.GetByLabel("Ends on (optional)").FillAsync(DateTime.UtcNow.AddDays(30).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        await Assertions.Expect(dialog.Locator(".made input")).ToBeVisibleAsync();
        await owner.PictureAsync("link-made.png");
        return await dialog.Locator(".made input").InputValueAsync();
    }

    private static async Task MoveFirstAsync(Person person, string from, string to)
    {
        await person.GoAsync($"/{person.Name}/{from}");
        await person.Page.GetByRole(AriaRole.Button, new() { Name = "Select", Exact = true }).ClickAsync();
        await person.Page.Locator(".grid li").First.ClickAsync();
        await person.Page.Locator("[data-pick=move]").ClickAsync();
        await person.Page.Locator("#album-choice [name=album]").FillAsync(to);
        await person.Page.Locator("#album-choice button.main").ClickAsync();
        await Assertions.Expect(person.Page.Locator(".toast")).ToHaveTextAsync($"1 moved to {to}");
        await Assertions.Expect(person.Page.Locator(".grid li[data-hd]")).ToHaveCountAsync(1);
    }

    private static async Task SetOldestAsCoverAsync(Person person)
    {
        await person.Page.Locator(".grid li a").Last.ClickAsync();
        await person.SeeViewedPictureAsync();
        await person.DoInMenuAsync("cover");
        await Assertions.Expect(person.Viewer.Locator(".stage [role=status]")).ToHaveTextAsync("The album has this cover now.");
    }

    private static async Task RenameAsync(Person person, string album, string title)
    {
        await OpenMenuAsync(person, album, "edit");
        await person.Page.Locator("#edit-album [name=title]").FillAsync(title);
        await person.Page.Locator("#edit-album button.main").ClickAsync();
        await Assertions.Expect(person.Page.Locator(".albums .name").Filter(new() { HasText = title })).ToBeVisibleAsync();
    }

    private static async Task PutLaterAsync(Person person, string album)
    {
        var said = person.Page.WaitForResponseAsync(response => response.Url.EndsWith("/albums/order", StringComparison.Ordinal));
        await OpenMenuAsync(person, album, "later");
        Assert.Equal(204, (await said).Status);
        await person.Page.ReloadAsync();
        await Assertions.Expect(person.Page.Locator(".albums li").Last).ToHaveAttributeAsync("data-album", album);
    }

    private static async Task DeleteAsync(Person person, string album)
    {
        await OpenMenuAsync(person, album, "delete");
        await person.Page.Locator("dialog.confirm [value=yes]").ClickAsync();
        await Assertions.Expect(person.Page.Locator($".albums li[data-album={album}]")).ToHaveCountAsync(0);
    }

    private static async Task OpenMenuAsync(Person person, string album, string act)
    {
        if (!person.Page.Url.EndsWith($"/{person.Name}", StringComparison.Ordinal))
        {
            await person.GoAsync($"/{person.Name}");
        }
        await person.Page.Locator($".albums li[data-album={album}] summary").ClickAsync();
        await person.Page.Locator($".albums li[data-album={album}] [data-do={act}]").ClickAsync();
    }
}
