using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Makes the pictures of <c>docs/pictures</c>, for people to look at: run with <c>--explicit only</c>.</summary>
public sealed class PicturesTests(RunningFlickr flickr, Chromium chromium)
{
    private static readonly string[] Photographs =
    [
        "photos/astronaut.png", "photos/coffee.png", "photos/rocket.jpg", "photos/chelsea.png", "photos/retina.jpg",
        "orientation/Landscape_6.jpg", "orientation/Portrait_8.jpg", "derived/lossy.webp", "derived/p3.jpg", "derived/16bit.png",
    ];

    [Theory(Explicit = true)]
    [InlineData("desktop")]
    [InlineData("dark")]
    [InlineData("phone")]
    [InlineData("korean")]
    public async Task Every_main_page(string look)
    {
        var screen = look switch
        {
            "phone" => Screen.Phone,
            "korean" => Screen.Phone with { Language = "ko-KR", IsDark = true },
            _ => Screen.Desktop with { IsDark = look == "dark" },
        };
        var name = look == "desktop" ? "mina" : $"mina-{look}";
        await using var person = await Person.SignUpAsync(flickr, chromium, name, screen);
        await person.PictureAsync($"{look}-empty-albums.png");
        await person.OpenAlbumAsync("Jeju");
        await person.PictureAsync($"{look}-empty-album.png");
        var there = Photographs.Where(sample => File.Exists(Samples.File(sample))).ToArray();
        await person.Page.Locator("#files").SetInputFilesAsync(there.Select(Samples.File).Append(Samples.File("LICENCES.md")));
        await Assertions.Expect(person.Page.Locator("#uploads li.published")).ToHaveCountAsync(there.Length, new() { Timeout = 60_000 });
        await person.SeeAllPicturesAsync();
        await person.PictureAsync($"{look}-uploading.png");
        await person.OpenAlbumAsync("Family");
        await person.UploadAsync("photos/chelsea.png", "photos/coffee.png");
        await person.GoAsync($"/{name}");
        await person.PictureAsync($"{look}-albums.png");
        await person.GoAsync($"/{name}/Jeju");
        await person.SeeAllPicturesAsync();
        await person.PictureAsync($"{look}-album.png");
        await person.OpenFirstPhotoAsync();
        await person.Page.Keyboard.PressAsync("f");
        await person.PictureAsync($"{look}-viewer.png");
        await person.Do("info").ClickAsync();
        await person.Viewer.Locator(".facts dd").First.WaitForAsync();
        await person.PictureAsync($"{look}-panel.png");
        await person.Do("share").ClickAsync();
        await person.PictureAsync($"{look}-share.png");
        foreach (var path in new[] { "favourites", "shared", "search", "search?q=coffee", "account", "account/uploads", "nothing/here", "offline" })
        {
            await person.GoAsync($"/{path}");
            await person.PictureAsync($"{look}-{path.Replace('/', '-').Replace('?', '-')}.png", isWhole: path == "account");
        }
        await person.Profile.ClearCookiesAsync();
        await person.GoAsync("/");
        await person.PictureAsync($"{look}-landing.png");
        await person.GoAsync("/signup");
        await person.PictureAsync($"{look}-signup.png");
    }
}
