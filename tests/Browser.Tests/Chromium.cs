using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>The system's Chromium, headless, driven by Playwright. One for all tests of the process.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            return;
        }
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            ],
        });
    }

    /// <summary>A fresh profile: no cookies, no cache. Null: a desktop in English. Only with <paramref name="hasWorker"/> the service worker may be.</summary>
    internal async Task<IBrowserContext> NewProfileAsync(Screen? screen = null, bool hasWorker = false)
    {
        Assert.SkipWhen(_browser is null, "not run: Chromium is missing (apt-get install chromium)");
        screen ??= Screen.Desktop;
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = screen.Width, Height = screen.Height },
            DeviceScaleFactor = screen.Scale,
            IsMobile = screen.IsPhone,
            HasTouch = screen.IsPhone,
            Locale = screen.Language,
            // What a service worker answers hides the edge's headers from the tests that look at them.
            ServiceWorkers = hasWorker ? ServiceWorkerPolicy.Allow : ServiceWorkerPolicy.Block,
            ColorScheme = screen.IsDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        context.SetDefaultTimeout(20_000);
        return context;
    }

    /// <summary>Where pictures of pages go for people to look at; never read by a test.</summary>
    public static string PictureFile(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "pictures");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }
}
