using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>An album of ten thousand photos: first paint, any month, bounded document.</summary>
public sealed class LargeAlbumTests(RunningFlickr flickr, Chromium chromium)
{
    private const int Count = 10_000;
    private const int NodesMax = 3_000;

    [Fact]
    [Trait("Requirement", "R005")]
    [Trait("Requirement", "R026")]
    [Trait("Requirement", "R030")]
    public async Task Ten_thousand_photos_are_there_at_once_and_every_month_is_one_jump_away()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "archivist");
        await person.OpenAlbumAsync("life");
        await person.UploadAsync("photos/rocket.jpg", "orientation/Portrait_8.jpg", "photos/chelsea.png", "photos/astronaut.png");
        var months = new[] { 1, 40, 117 }.Select(back => DateTime.UtcNow.AddMonths(-back).ToString("yyyy-MM", CultureInfo.InvariantCulture)).ToArray();
        await LargeAlbum.FillAsync(flickr, person.Name, "life", Count,
            [.. months, DateTime.UtcNow.ToString("yyyy-MM", CultureInfo.InvariantCulture)]);

        var lcpMs = await FirstPaintAsync(person);
        await Assertions.Expect(person.Page.Locator(".months")).ToBeVisibleAsync();
        await Assertions.Expect(person.Page.Locator(".grid li").First).ToHaveAttributeAsync("aria-setsize", $"{Count + 4}");
        await person.PictureAsync("months.png");
        foreach (var month in months)
        {
            await JumpAsync(person, month);
        }
        await person.PictureAsync("months-last.png");

        Console.WriteLine($"largest contentful paint of {Count + 4} photos: {lcpMs:0} ms");
        Assert.InRange(lcpMs, 1, 1_000);
    }

    [Fact]
    [Trait("Requirement", "R118")]
    public async Task The_months_can_be_walked_by_keys_and_their_names_are_said()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "walker");
        await person.OpenAlbumAsync("years");
        await person.UploadAsync("photos/rocket.jpg");
        await LargeAlbum.FillAsync(flickr, person.Name, "years", 600);
        await person.GoAsync($"/{person.Name}/years");
        var slider = person.Page.GetByRole(AriaRole.Slider, new() { Name = "Months" });

        await slider.FocusAsync();
        await person.Page.Keyboard.PressAsync("End");
        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", DateTime.UtcNow.AddDays(-3650).ToString("MMMM yyyy", CultureInfo.InvariantCulture));
        await person.Page.Keyboard.PressAsync("Home");

        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", DateTime.UtcNow.ToString("MMMM yyyy", CultureInfo.InvariantCulture));
    }

    /// <summary>Opens the album as a browser that has nothing of it, and asks that browser when its largest picture was painted.</summary>
    private static async Task<double> FirstPaintAsync(Person person)
    {
        await person.Page.AddInitScriptAsync(
            "new PerformanceObserver(list => { for (const e of list.getEntries()) window.lcp = e.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true })");
        var since = Stopwatch.StartNew();
        await person.GoAsync($"/{person.Name}/life");
        await person.Page.WaitForFunctionAsync(
            """
            () => window.lcp > 0 && [...document.querySelectorAll('.grid img')]
                .filter(i => i.getBoundingClientRect().top < innerHeight).every(i => i.complete && i.naturalWidth > 0)
            """);
        Console.WriteLine($"all pictures of the first screen: {since.ElapsedMilliseconds} ms");
        return await person.Page.EvaluateAsync<double>("window.lcp");
    }

    /// <summary>Drags the scrubber to a month as a hand does and waits for its photos.</summary>
    private static async Task JumpAsync(Person person, string month)
    {
        var since = Stopwatch.StartNew();
        var isThere = await person.Page.EvaluateAsync<bool>(
            """
            month => {
                const part = document.querySelector(`.part[data-month='${month}']`);
                if (!part) return false;
                const track = document.querySelector('.months');
                const box = track.getBoundingClientRect();
                const share = (part.getBoundingClientRect().top + scrollY - 80) / (document.documentElement.scrollHeight - innerHeight);
                const at = { clientX: box.left + 10, clientY: box.top + share * box.height, pointerId: 1, bubbles: true };
                track.setPointerCapture = () => {};
                track.dispatchEvent(new PointerEvent('pointerdown', at));
                track.dispatchEvent(new PointerEvent('pointerup', at));
                return true;
            }
            """, month);
        Assert.True(isThere, $"there is no month {month}");
        await person.PictureAsync($"months-{month}.png");
        await person.Page.WaitForFunctionAsync(
            """
            month => {
                const part = document.querySelector(`.part[data-month='${month}']`);
                const box = part.getBoundingClientRect();
                const shown = [...part.querySelectorAll('img')].filter(i => i.getBoundingClientRect().top < innerHeight);
                return box.top < innerHeight && box.bottom > 0 && shown.length > 0 && shown.every(i => i.complete && i.naturalWidth > 0);
            }
            """, month);
        var (nodes, wide) = await MeasureAsync(person);
        Console.WriteLine($"{month}: {since.ElapsedMilliseconds} ms, {nodes} nodes");
        Assert.InRange(nodes, 100, NodesMax);
        Assert.Empty(wide);
    }

    private static async Task<(int Nodes, string[] Wide)> MeasureAsync(Person person) => (
        await person.Page.EvaluateAsync<int>("document.querySelectorAll('*').length"),
        await person.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll('.grid img')].filter(i => i.naturalWidth > 2 * i.getBoundingClientRect().width * devicePixelRatio)
                .map(i => `${i.currentSrc}: ${i.naturalWidth} in ${i.getBoundingClientRect().width}`)
            """));
}
