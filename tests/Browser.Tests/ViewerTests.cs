using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>The lightbox: addresses, zoom, fingers, the slide show, and reading without script.</summary>
public sealed class ViewerTests(RunningFlickr flickr, Chromium chromium)
{
    [Fact]
    [Trait("Requirement", "R006")]
    public async Task Every_photo_has_an_address_that_back_leaves_and_a_link_opens()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "linker");
        await person.OpenAlbumAsync("deep");
        await person.UploadAsync("photos/rocket.jpg", "photos/coffee.png", "photos/chelsea.png");
        var album = person.Page.Url;

        await person.OpenFirstPhotoAsync();
        var first = person.Page.Url;
        await person.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(person.Viewer.Locator(".place")).ToHaveTextAsync("2 / 3");
        var second = person.Page.Url;
        await person.Page.GoBackAsync();
        await Assertions.Expect(person.Viewer).ToBeHiddenAsync();
        Assert.Equal(album, person.Page.Url);
        Assert.Equal(3, new[] { album, first, second }.Distinct().Count());

        await person.Page.GotoAsync(second);
        await person.SeeViewedPictureAsync();
        await person.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(person.Page).ToHaveURLAsync(first);
        await person.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(person.Page).ToHaveURLAsync(album);
    }

    [Fact]
    [Trait("Requirement", "R005")]
    public async Task Without_script_an_album_and_a_photo_can_be_read()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "reader-only");
        await person.OpenAlbumAsync("plain");
        await person.UploadAsync("photos/rocket.jpg", "photos/coffee.png");
        var cookies = await person.Profile.CookiesAsync();
        await using var plain = await chromium.NewProfileAsync(hasScript: false);
        await plain.AddCookiesAsync(cookies.Select(cookie => new Cookie
        {
            Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, HttpOnly = cookie.HttpOnly,
        }));
        var page = await plain.NewPageAsync();

        await page.GotoAsync($"{flickr.Photos}/{person.Name}/plain");
        await page.Locator(".grid img").First.WaitForAsync();
        Assert.Equal(2, await page.Locator(".grid img").CountAsync());
        await page.ScreenshotAsync(new() { Path = Chromium.PictureFile("no-script.png") });
        await page.Locator(".grid a").First.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("coffee.png");
        await Assertions.Expect(page.Locator(".photo-page img")).ToBeVisibleAsync();
        await page.ScreenshotAsync(new() { Path = Chromium.PictureFile("no-script-photo.png") });
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the album" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync($"{flickr.Photos}/{person.Name}/plain");
    }

    [Fact]
    [Trait("Requirement", "R006")]
    public async Task A_wheel_and_two_fingers_zoom_a_swipe_turns_and_the_slide_show_goes_on()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "toucher", Screen.Phone);
        await person.OpenAlbumAsync("touch");
        await person.UploadAsync("photos/rocket.jpg", "photos/coffee.png", "photos/chelsea.png");
        await person.OpenFirstPhotoAsync();
        var place = person.Viewer.Locator(".place");

        await SwipeAsync(person, 300, 60);
        await Assertions.Expect(place).ToHaveTextAsync("2 / 3");
        await SwipeAsync(person, 60, 300);
        await Assertions.Expect(place).ToHaveTextAsync("1 / 3");
        await PinchAsync(person);
        await Assertions.Expect(person.Viewer.Locator(".stage")).ToHaveClassAsync("stage zoomed");
        await SwipeAsync(person, 300, 60);
        await Assertions.Expect(place).ToHaveTextAsync("1 / 3"); // zoomed: a finger pans

        await person.Page.Keyboard.PressAsync("0");
        await person.Page.Clock.InstallAsync();
        await person.Page.Keyboard.PressAsync("s");
        await Assertions.Expect(person.Viewer).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("playing"));
        await person.Page.Clock.RunForAsync(5_100);
        await Assertions.Expect(place).ToHaveTextAsync("2 / 3");
    }

    private static Task SwipeAsync(Person person, int from, int to) => TouchAsync(person, [(from, 400)], [(to, 400)]);

    private static Task PinchAsync(Person person) => TouchAsync(person, [(180, 400), (210, 400)], [(80, 400), (310, 400)]);

    private static async Task TouchAsync(Person person, (int X, int Y)[] from, (int X, int Y)[] to)
    {
        var cdp = await person.Profile.NewCDPSessionAsync(person.Page);
        async Task SendAsync(string type, (int X, int Y)[] points) => await cdp.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object>
        {
            ["type"] = type,
            ["touchPoints"] = points.Select((point, id) => new Dictionary<string, object> { ["x"] = point.X, ["y"] = point.Y, ["id"] = id }).ToArray(),
        });
        await SendAsync("touchStart", from);
        await SendAsync("touchMove", [.. from.Zip(to, (a, b) => ((a.X + b.X) / 2, (a.Y + b.Y) / 2))]);
        await SendAsync("touchMove", to);
        await SendAsync("touchEnd", []);
        await cdp.DetachAsync();
    }
}
