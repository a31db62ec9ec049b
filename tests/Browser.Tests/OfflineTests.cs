using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Favourites without a connection, by the service worker of a real Chromium.</summary>
public sealed class OfflineTests(RunningFlickr flickr, Chromium chromium)
{
    [Fact]
    [Trait("Requirement", "R080")]
    [Trait("Requirement", "R081")]
    [Trait("Requirement", "R082")]
    public async Task Favourites_open_without_a_connection_wishes_are_kept_and_sent_and_signing_out_clears_all()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "pilot", hasWorker: true);
        await person.OpenAlbumAsync("sky");
        await person.UploadAsync("photos/rocket.jpg", "photos/chelsea.png", "derived/lossy.webp");
        await person.SeeAllPicturesAsync();
        await FavouriteFirstTwoAsync(person);
        await KeptAsync(person, 2);
        await person.GoAsync("/favourites");
        await person.SeeAllPicturesAsync();
        await KeptAsync(person, 2);

        person.Page.Console += (_, message) => Console.WriteLine(message.Text);
        person.Page.PageError += (_, error) => Console.WriteLine(error);
        await person.Profile.SetOfflineAsync(true);
        await person.GoAsync("/favourites");
        await person.SeeAllPicturesAsync();
        Assert.Equal(2, await person.Page.Locator(".grid li img").CountAsync());
        await Assertions.Expect(person.Page.Locator("#offline")).ToBeVisibleAsync();
        await person.PictureAsync("offline-favourites.png");
        await UnfavouriteOfflineAsync(person);
        await person.GoAsync($"/{person.Name}/sky");
        await Assertions.Expect(person.Page.Locator("h1")).ToHaveTextAsync("You are offline");

        var sent = person.Page.WaitForRequestAsync(request => request.Method == "DELETE" && request.Url.EndsWith("/favourite", StringComparison.Ordinal));
        await person.Profile.SetOfflineAsync(false);
        await sent;
        await person.GoAsync("/favourites");
        await Assertions.Expect(person.Page.Locator(".grid li img")).ToHaveCountAsync(1);
        await KeptAsync(person, 1);

        await person.Page.Locator("header details.menu summary").ClickAsync();
        await person.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await person.Page.WaitForURLAsync($"{flickr.Photos}/");
        Assert.Equal(0, await KeptNowAsync(person));
        Assert.Empty(await person.Page.EvaluateAsync<string[]>("indexedDB.databases().then(all => all.map(one => one.name))"));
    }

    [Fact]
    [Trait("Requirement", "R081")]
    public async Task The_pages_can_be_installed_as_an_app()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "installer", hasWorker: true);
        await person.Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => true)");

        var cdp = await person.Profile.NewCDPSessionAsync(person.Page);
        var manifest = await cdp.SendAsync("Page.getAppManifest");
        var errors = await cdp.SendAsync("Page.getInstallabilityErrors");

        Assert.Contains("\"standalone\"", manifest!.Value.GetProperty("data").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(errors!.Value.GetProperty("installabilityErrors").EnumerateArray(),
            error => error.GetProperty("errorId").GetString() != "in-incognito");
    }

    private static async Task FavouriteFirstTwoAsync(Person person)
    {
        await person.OpenFirstPhotoAsync();
        await person.Page.Keyboard.PressAsync("f");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        await person.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "false");
        await person.Page.Keyboard.PressAsync("f");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        await person.Page.Keyboard.PressAsync("Escape");
    }

    private static async Task UnfavouriteOfflineAsync(Person person)
    {
        await person.Page.Locator(".grid li a").First.ClickAsync();
        await Assertions.Expect(person.Viewer.Locator(".stage [role=status]")).ToHaveTextAsync("Offline: the small picture that is kept");
        await person.Page.Keyboard.PressAsync("f");
        await person.PictureAsync("offline-wish.png");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "false");
        await Assertions.Expect(person.Viewer.Locator(".stage [role=status]")).ToHaveTextAsync("Kept on this device; sent when you are online again");
    }

    /// <summary>Waits until exactly so many thumbnails, and the page, are kept: nothing else ever is.</summary>
    private static async Task KeptAsync(Person person, int thumbnails)
    {
        await person.Page.EvaluateAsync(
            """
            async count => {
                const until = performance.now() + 10000;
                while ((await (await caches.open('kept-favourites')).keys()).length !== count + 1 && performance.now() < until)
                    await new Promise(next => setTimeout(next, 50));
            }
            """, thumbnails);
        var kept = await person.Page.EvaluateAsync<string[]>(
            "Promise.resolve(caches.open('kept-favourites')).then(c => c.keys()).then(all => all.map(r => new URL(r.url).pathname))");
        Assert.Equal(thumbnails, kept.Count(path => path.Contains("/thumbnail/", StringComparison.Ordinal)));
        Assert.Contains("/favourites", kept);
    }

    private static Task<int> KeptNowAsync(Person person) => person.Page.EvaluateAsync<int>(
        "caches.has('kept-favourites').then(async has => has ? (await (await caches.open('kept-favourites')).keys()).length : 0)");
}
