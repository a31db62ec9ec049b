using System.Net;
using System.Text.RegularExpressions;
using Flickr.Photos.Pages;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Pages;

public sealed partial class CollectionPageTests
{
    [Theory]
    [InlineData("/favourites")]
    [InlineData("/shared")]
    public async Task Somebody_not_signed_in_is_sent_to_the_form_and_back(string page)
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(host.Address) };

        using var response = await browser.GetAsync(page);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal($"/signin?returnTo={Uri.EscapeDataString(page)}", response.Headers.Location?.OriginalString);
    }

    [Fact]
    [Trait("Requirement", "R012")]
    [Trait("Requirement", "R015")]
    [Trait("Requirement", "R122")]
    public async Task A_shared_photo_stands_on_the_guests_pages_until_the_share_ends()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var id = (await PhotosHost.PublishAsync(alice, 2))[0];
        using var shared = await alice.PutAsync($"/api/v1/photos/{id}/shares/bob", null);
        using var liked = await bob.PutAsync($"/api/v1/photos/{id}/favourite", null);

        var before = (await ShownAsync(bob, "/shared"), await ShownAsync(bob, "/favourites"), await ShownAsync(alice, "/favourites"));
        using var revoked = await alice.DeleteAsync($"/api/v1/photos/{id}/shares/bob?wait=0");
        var after = (await ShownAsync(bob, "/shared"), await ShownAsync(bob, "/favourites"));

        Assert.Equal([id], before.Item1);
        Assert.Equal([id], before.Item2);
        Assert.Empty(before.Item3);
        Assert.Empty(after.Item1);
        Assert.Empty(after.Item2);
    }

    [Fact]
    [Trait("Requirement", "R118")]
    public void A_script_says_nothing_that_has_no_words()
    {
        var assembly = typeof(PageWords).Assembly;
        var said = assembly.GetManifestResourceNames().Where(name => name.EndsWith(".js", StringComparison.Ordinal)).SelectMany(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return Said().Matches(reader.ReadToEnd()).Select(match => match.Groups["key"].Value);
        }).Distinct().ToList();
        var known = System.Text.Json.JsonDocument.Parse(PageWords.In("ko").ForScripts).RootElement;

        Assert.InRange(said.Count, 20, 200);
        Assert.DoesNotContain(said, key => !known.TryGetProperty(key, out _));
    }

    private static async Task<List<string>> ShownAsync(HttpClient browser, string page) =>
        [.. Cell().Matches(await browser.GetStringAsync(page)).Select(match => match.Groups["id"].Value)];

    [GeneratedRegex("<li [^>]*data-id=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Cell();

    [GeneratedRegex("say\\(\"(?<key>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Said();
}
