namespace Flickr.Browser.Tests;

/// <summary>Every page, in light and in dark, by the rules of <see cref="Accessibility"/> and of axe-core.</summary>
public sealed class AccessibilityTests(RunningFlickr flickr, Chromium chromium, AxeRules axe)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Requirement", "R118")]
    public async Task Every_control_has_a_name_and_every_text_stands_out(bool isDark)
    {
        await using var person = await Person.SignUpAsync(
            flickr, chromium, isDark ? "dark" : "light", Screen.Desktop with { IsDark = isDark });
        await person.OpenAlbumAsync("seen");
        await person.UploadAsync("photos/rocket.jpg", "derived/lossy.webp");
        await person.SeeAllPicturesAsync();
        await CleanAsync(person, "album");

        await person.OpenFirstPhotoAsync();
        await person.Do("favourite").ClickAsync();
        await person.Do("info").ClickAsync();
        await person.Viewer.GetByLabel("Your comment").FillAsync("Seen.");
        await person.Viewer.GetByText("Send").ClickAsync();
        await person.Viewer.Locator(".comments li p").WaitForAsync();
        await CleanAsync(person, "viewer");
        await person.Do("share").ClickAsync();
        await CleanAsync(person, "share");
        await person.PictureAsync($"{person.Name}-share.png");
        foreach (var path in new[] { "favourites", "shared", "search", "search?q=rocket", "account", "account/uploads", person.Name, "offline", "nothing/here" })
        {
            await person.GoAsync($"/{path}");
            await CleanAsync(person, path);
        }
        await person.Profile.ClearCookiesAsync();
        foreach (var path in new[] { "", "signin", "signup", "reset", "reset/secret", "s/no-such-link" })
        {
            await person.GoAsync($"/{path}");
            await CleanAsync(person, $"/{path}");
        }
    }

    [Fact]
    [Trait("Requirement", "R118")]
    public async Task The_rules_find_what_they_are_for()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await profile.NewPageAsync();
        await page.SetContentAsync(
            """<input><button></button><img src="data:,"><p style="color:#999">faint</p><a id="x" href="/"></a><i id="x" tabindex="3"></i>""");

        var faults = await Accessibility.FaultsAsync(page);

        foreach (var expected in new[]
        {
            "a textbox without a name", "a button without a name", "a link without a name", "a picture without alt",
            "two elements with id x", "tabindex above 0: I", "no language", "no title", "not one main part", "not one h1",
        })
        {
            Assert.Contains(expected, faults);
        }
        Assert.Contains(faults, fault => fault.StartsWith("contrast 2.85", StringComparison.Ordinal));
    }

    private async Task CleanAsync(Person person, string what)
    {
        var faults = (await Accessibility.FaultsAsync(person.Page)).Concat(await axe.SeriousAsync(person.Page)).ToList();
        Assert.True(faults.Count == 0, $"{what}: {string.Join("; ", faults)}");
    }
}
