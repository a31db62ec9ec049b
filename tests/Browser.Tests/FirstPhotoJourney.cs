using System.Diagnostics;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>From nothing to a grid served from cache, and back to a photo that nobody can see any more.</summary>
public sealed class FirstPhotoJourney(RunningFlickr flickr, Chromium chromium)
{
    private const int ViewsMax = 3;

    private static readonly string[] Photographs =
    [
        "photos/astronaut.png", "photos/coffee.png", "photos/rocket.jpg", "photos/chelsea.png", "photos/retina.jpg",
        "orientation/Landscape_6.jpg", "orientation/Portrait_8.jpg", "derived/lossy.webp",
    ];

    [Fact]
    [Trait("Requirement", "R001")]
    [Trait("Requirement", "R003")]
    [Trait("Requirement", "R005")]
    [Trait("Requirement", "R006")]
    [Trait("Requirement", "R007")]
    [Trait("Requirement", "R023")]
    [Trait("Requirement", "R030")]
    [Trait("Requirement", "R043")]
    public async Task A_person_signs_up_uploads_sees_the_grid_from_cache_opens_an_original_and_deletes_it()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "first");
        var (profile, page) = (person.Profile, person.Page);
        var seen = new Traffic(page);

        await person.OpenAlbumAsync("nature");
        await person.UploadAsync(Photographs);
        await person.SeeAllPicturesAsync(); // the edge has seen each of them once
        await person.PictureAsync("uploaded.png");

        // A first view may run into the end of its own publishing; the edge keeps what it has from the next one on.
        for (var view = 1; view <= ViewsMax && (view == 1 || !IsAllFromCache(seen)); view++)
        {
            await ReloadWithoutBrowserCacheAsync(profile, page, seen);
        }
        await AssertGridIsThumbnailsFromTheEdgeAsync(page, Photographs.Length);
        Assert.All(seen.Images, image => Assert.Contains("hit", image.CacheStatus, StringComparison.Ordinal));
        Assert.Equal(Photographs.Length, seen.Images.Count);
        await page.ScreenshotAsync(new() { Path = Chromium.PictureFile("grid.png"), FullPage = true });

        await OpenOriginalAsync(person, page, seen);
        Assert.All(seen.Everything.Where(entry => entry.Type.StartsWith("image/", StringComparison.Ordinal)),
            entry => Assert.StartsWith(flickr.Edge, entry.Url, StringComparison.Ordinal));

        await DeleteTheOpenPhotoAsync(person, page, seen);
    }

    private static bool IsAllFromCache(Traffic seen) =>
        seen.Images.All(image => image.CacheStatus.Contains("hit", StringComparison.Ordinal));

    private static async Task ReloadWithoutBrowserCacheAsync(IBrowserContext profile, IPage page, Traffic seen)
    {
        var cdp = await profile.NewCDPSessionAsync(page);
        await cdp.SendAsync("Network.setCacheDisabled", new Dictionary<string, object> { ["cacheDisabled"] = true });
        seen.Clear();
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.NetworkIdle });
        // Lazy images load when they come into view.
        await page.EvaluateAsync("window.scrollTo(0, document.body.scrollHeight)");
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.grid img')].every(i => i.complete && i.naturalWidth > 0)");
    }

    private async Task AssertGridIsThumbnailsFromTheEdgeAsync(IPage page, int count)
    {
        var images = await page.EvaluateAsync<GridImage[]>(
            """
            [...document.querySelectorAll('.grid img')].map(i => ({
                src: i.currentSrc, natural: i.naturalWidth, shown: i.getBoundingClientRect().width }))
            """);

        Assert.Equal(count, images.Length);
        Assert.All(images, image =>
        {
            Assert.StartsWith(flickr.Edge, image.Src, StringComparison.Ordinal);
            Assert.DoesNotContain("/original/", image.Src, StringComparison.Ordinal);
            Assert.True(image.Natural <= 2 * image.Shown, $"{image.Src}: {image.Natural} px shown at {image.Shown}");
        });
    }

    private static async Task OpenOriginalAsync(Person person, IPage page, Traffic seen)
    {
        await page.Locator(".grid li[data-hd] a").First.ClickAsync();
        await Assertions.Expect(page.Locator("dialog.viewer[open] img")).ToHaveJSPropertyAsync("complete", true);
        await page.ScreenshotAsync(new() { Path = Chromium.PictureFile("viewer.png") });
        var original = page.WaitForResponseAsync(response => response.Url.Contains("/original/", StringComparison.Ordinal) && response.Status == 200);
        await person.DoInMenuAsync("original");
        await original;
        await Assertions.Expect(page.Locator("dialog.viewer .message")).ToBeHiddenAsync();
        Assert.Contains(seen.Images, image => image.Url.Contains("/hd/", StringComparison.Ordinal));
    }

    private async Task DeleteTheOpenPhotoAsync(Person person, IPage page, Traffic seen)
    {
        var id = await page.EvaluateAsync<string>("document.querySelector('.grid li[data-hd]').dataset.id");
        var thumbnail = await page.EvaluateAsync<string>("document.querySelector('.grid li[data-hd] img').src");
        using var client = new HttpClient();
        Assert.Equal(200, (int)(await client.GetAsync(thumbnail)).StatusCode);

        await person.DoInMenuAsync("delete");
        await page.Locator("dialog.confirm [value=yes]").ClickAsync();
        await Assertions.Expect(page.Locator($".grid li[data-id='{id}']")).ToHaveCountAsync(0);

        var since = Stopwatch.StartNew();
        var status = 200;
        while (status == 200 && since.Elapsed < TimeSpan.FromSeconds(2))
        {
            status = (int)(await client.GetAsync(thumbnail)).StatusCode;
        }
        Assert.True(status is 401 or 403 or 404 or 410, $"the edge still answers {status}");
        Assert.DoesNotContain(seen.Everything, entry =>
            entry.Url.StartsWith(flickr.Photos, StringComparison.Ordinal) && entry.Type.StartsWith("image/", StringComparison.Ordinal));
    }

    private sealed class GridImage
    {
        public string Src { get; set; } = "";

        public double Natural { get; set; }

        public double Shown { get; set; }
    }
}
