using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Many photos at once: chosen by hand, by range, by keys, and dealt with in one go.</summary>
public sealed class PickTests(RunningFlickr flickr, Chromium chromium)
{
    private static readonly string[] Photographs =
        ["photos/astronaut.png", "photos/coffee.png", "photos/rocket.jpg", "photos/chelsea.png", "derived/lossy.webp"];

    [Fact]
    [Trait("Requirement", "R015")]
    public async Task Chosen_photos_become_favourites_and_what_is_chosen_by_keys_is_deleted_after_asking()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "chooser");
        await person.OpenAlbumAsync("heap");
        await person.UploadAsync(Photographs);
        await person.SeeAllPicturesAsync();
        var bar = person.Page.Locator("#picked");

        await person.GoAsync($"/{person.Name}/heap");
        await person.Page.GetByRole(AriaRole.Button, new() { Name = "Select", Exact = true }).ClickAsync();
        await person.Page.Locator(".grid li").Nth(0).ClickAsync();
        await person.Page.Locator(".grid li .pick").Nth(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(bar.Locator("strong")).ToHaveTextAsync("3 chosen");
        await person.PictureAsync("picked.png");
        await bar.Locator("[data-pick=favourite]").ClickAsync();
        await Assertions.Expect(person.Page.Locator(".toast")).ToHaveTextAsync("3 added to favourites");
        await Assertions.Expect(person.Page.Locator(".grid li[data-favourite]")).ToHaveCountAsync(3);

        await person.Page.Locator(".grid li a").Nth(4).FocusAsync();
        await person.Page.Keyboard.PressAsync("x");
        await Assertions.Expect(bar.Locator("strong")).ToHaveTextAsync("1 chosen");
        await person.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(bar).ToBeHiddenAsync();
    }
}
