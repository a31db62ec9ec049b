using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Somebody with an account, in front of a browser of their own.</summary>
internal sealed class Person(RunningFlickr flickr, IBrowserContext profile, IPage page, string name) : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";

    public IPage Page { get; } = page;

    public IBrowserContext Profile { get; } = profile;

    public string Name { get; } = name;

    /// <summary>The lightbox.</summary>
    public ILocator Viewer => Page.Locator("dialog.viewer");

    /// <summary>Opens a fresh browser and signs up. Works in every language: fields are found by their form names.</summary>
    public static async Task<Person> SignUpAsync(RunningFlickr flickr, Chromium chromium, string name, Screen? screen = null, bool hasWorker = false)
    {
        var profile = await chromium.NewProfileAsync(screen, hasWorker);
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{flickr.Photos}/signup");
        await page.Locator("input[name=name]").FillAsync(name);
        await page.Locator("input[name=password]").FillAsync(Password);
        await page.Locator("form.card button.main").ClickAsync();
        await page.WaitForURLAsync($"{flickr.Photos}/{name}");
        return new Person(flickr, profile, page, name);
    }

    public Task GoAsync(string path) => Page.GotoAsync(flickr.Photos + path);

    public async Task OpenAlbumAsync(string album)
    {
        await GoAsync($"/{Name}");
        await Page.Locator("#album").FillAsync(album);
        await Page.Locator("#album ~ button").ClickAsync();
        await Page.WaitForURLAsync($"{flickr.Photos}/{Name}/{Uri.EscapeDataString(album)}");
    }

    /// <summary>Uploads sample photographs to the album that is open and waits until the grid shows them.</summary>
    public async Task UploadAsync(params string[] samples)
    {
        await Page.Locator("#files").SetInputFilesAsync(samples.Select(Samples.File));
        await Assertions.Expect(Page.Locator("#uploads li.published")).ToHaveCountAsync(samples.Length, new() { Timeout = 60_000 });
        await Assertions.Expect(Page.Locator(".grid li[data-hd]")).ToHaveCountAsync(samples.Length);
    }

    /// <summary>Waits until every picture of the grid is there; lazy ones are scrolled to.</summary>
    public async Task SeeAllPicturesAsync()
    {
        await Page.EvaluateAsync("document.querySelectorAll('.grid img').forEach(i => i.loading = 'eager')");
        await Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.grid img')].every(i => i.complete && i.naturalWidth > 0)");
    }

    /// <summary>Opens the first photo of the grid and waits for its larger rendition.</summary>
    public async Task OpenFirstPhotoAsync()
    {
        await Page.Locator(".grid li[data-hd] a").First.ClickAsync();
        await SeeViewedPictureAsync();
    }

    public Task SeeViewedPictureAsync() => Page.WaitForFunctionAsync(
        "() => (i => i?.complete && i.naturalWidth > 0)(document.querySelector('dialog.viewer[open] .stage img'))");

    public ILocator Do(string action) => Viewer.Locator($"[data-do={action}]").First;

    /// <summary>Does what stands in the lightbox's menu.</summary>
    public async Task DoInMenuAsync(string action)
    {
        await Page.Mouse.MoveAsync(200, 300); // the tools have gone if nobody moved
        await Viewer.Locator(".tools summary").ClickAsync();
        await Do(action).ClickAsync();
    }

    public Task PictureAsync(string name, bool isWhole = false) =>
        Page.ScreenshotAsync(new() { Path = Chromium.PictureFile(name), FullPage = isWhole });

    public ValueTask DisposeAsync() => Profile.DisposeAsync();
}
