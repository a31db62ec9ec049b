namespace Flickr.Browser.Tests;

/// <summary>The pages on a phone: nothing to the side of the screen, no picture larger than it can show.</summary>
public sealed class PhoneTests(RunningFlickr flickr, Chromium chromium)
{
    private static readonly string[] Photographs =
    [
        "photos/astronaut.png", "photos/coffee.png", "photos/rocket.jpg", "orientation/Landscape_6.jpg", "orientation/Portrait_8.jpg",
    ];

    [Theory]
    [InlineData("en-GB")]
    [InlineData("ko-KR")]
    [Trait("Requirement", "R030")]
    [Trait("Requirement", "R118")]
    public async Task A_phone_never_scrolls_sideways_and_loads_no_picture_larger_than_twice_its_box(string language)
    {
        await using var person = await Person.SignUpAsync(
            flickr, chromium, $"phone-{language[..2]}", Screen.Phone with { Language = language });
        await person.OpenAlbumAsync("pocket");
        await person.UploadAsync(Photographs);
        await person.SeeAllPicturesAsync();
        await FitsAsync(person, "album");
        await AssertPicturesFitAsync(person);

        await person.OpenFirstPhotoAsync();
        await person.Do("favourite").ClickAsync();
        await person.Do("info").ClickAsync();
        await FitsAsync(person, "panel");
        await person.Do("share").ClickAsync();
        await FitsAsync(person, "share");
        foreach (var path in new[] { "favourites", "shared", "account", person.Name, "nothing-here" })
        {
            await person.GoAsync($"/{path}");
            await FitsAsync(person, path == person.Name ? "albums" : path);
        }
    }

    [Fact]
    [Trait("Requirement", "R030")]
    public async Task A_narrow_window_on_a_coarse_screen_loads_no_picture_larger_than_twice_its_box()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "narrow", new Screen(390, 844));
        await person.OpenAlbumAsync("pocket");
        await person.UploadAsync(Photographs);
        await person.SeeAllPicturesAsync();

        await FitsAsync(person, "narrow");
        await AssertPicturesFitAsync(person);
    }

    private static async Task FitsAsync(Person person, string name)
    {
        await person.PictureAsync($"{person.Name}-{name}.png");
        var wide = await person.Page.EvaluateAsync<string[]>(
            """
            [document.documentElement, ...document.querySelectorAll('dialog[open], .panel, .tools')]
                .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => `${e.tagName}.${e.className}: ${e.scrollWidth} in ${e.clientWidth}`)
                .concat(innerWidth > 390 ? [`the page was zoomed out to ${innerWidth}`] : [])
            """);
        Assert.True(wide.Length == 0, $"{name}: {string.Join("; ", wide)}");
    }

    private static async Task AssertPicturesFitAsync(Person person)
    {
        var large = await person.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll('.grid img')].filter(i => i.naturalWidth > 2 * i.getBoundingClientRect().width * devicePixelRatio)
                .map(i => `${i.alt}: ${i.naturalWidth} in ${i.getBoundingClientRect().width} at ${devicePixelRatio}`)
            """);
        Assert.Empty(large);
    }
}
