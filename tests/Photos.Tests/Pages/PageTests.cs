using System.Net;
using System.Text.RegularExpressions;
using Flickr.Photos.Pages;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Pages;

public sealed partial class PageTests
{
    [Fact]
    [Trait("Requirement", "R118")]
    public void Korean_and_English_have_the_same_texts()
    {
        Assert.Equal(PageWords.In("en").Keys.Order(), PageWords.In("ko").Keys.Order());
    }

    [Fact]
    [Trait("Requirement", "R118")]
    public async Task A_page_speaks_the_language_the_browser_asks_for()
    {
        await using var host = await PhotosHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/signin");
        request.Headers.AcceptLanguage.ParseAdd("fr, ko;q=0.8, en;q=0.5");

        using var response = await host.Anonymous.SendAsync(request);

        Assert.Contains("lang=\"ko\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R019")]
    public async Task Signing_up_on_the_page_opens_ones_own_empty_overview()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = NewBrowser(host);

        using var response = await SubmitAsync(browser, "/signup", new() { ["name"] = "alice", ["password"] = "correct horse" });
        using var overview = await browser.GetAsync(response.Headers.Location);

        Assert.Equal("/alice", response.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.OK, overview.StatusCode);
        Assert.Contains("New album", await overview.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R119")]
    public async Task A_form_of_another_site_changes_nothing()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = NewBrowser(host);
        using var signedUp = await SubmitAsync(browser, "/signup", new() { ["name"] = "alice", ["password"] = "correct horse" });
        using var forged = new FormUrlEncodedContent(new Dictionary<string, string> { ["visibility"] = "public" });

        using var response = await browser.PostAsync("/account/visibility", forged);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("value=\"private\" selected", await browser.GetStringAsync("/account"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R119")]
    public async Task After_signing_in_nobody_is_sent_to_another_site()
    {
        await using var host = await PhotosHost.StartAsync();
        using var _ = await host.AddUserAsync("alice");
        using var browser = NewBrowser(host);

        using var response = await SubmitAsync(browser, "/signin", new()
        {
            ["name"] = "alice", ["password"] = "correct horse", ["returnTo"] = "//evil.example/",
        });

        Assert.Equal("/alice", response.Headers.Location?.OriginalString);
    }

    [Fact]
    [Trait("Requirement", "R008")]
    public async Task A_private_persons_pages_look_like_pages_that_are_not_there()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.UploadAsync(alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg")), "a.jpg");

        using var album = await host.Anonymous.GetAsync("/alice/nature");
        using var person = await host.Anonymous.GetAsync("/alice");
        using var nobody = await host.Anonymous.GetAsync("/nobody");

        Assert.Equal([404, 404, 404], new[] { album, person, nobody }.Select(response => (int)response.StatusCode));
    }

    [Fact]
    [Trait("Requirement", "R074")]
    public async Task The_first_load_of_an_album_needs_less_than_60_KB_of_script()
    {
        await using var host = await PhotosHost.StartAsync();
        var pending = new Queue<string>(["site.js", "uploads.js", "album.js"]);
        var loaded = new HashSet<string>();
        long bytes = 0;
        while (pending.TryDequeue(out var name))
        {
            if (!loaded.Add(name))
            {
                continue;
            }
            var text = await host.Anonymous.GetByteArrayAsync($"/assets/{name}");
            using var packed = new MemoryStream();
            using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(text);
            }
            bytes += packed.Length;
            foreach (Match import in Import().Matches(System.Text.Encoding.UTF8.GetString(text)))
            {
                pending.Enqueue(import.Groups[1].Value);
            }
        }

        Assert.InRange(loaded.Count, 4, 30);
        Assert.InRange(bytes, 1_000, 60_000);
    }

    private static HttpClient NewBrowser(PhotosHost host) => new(new HttpClientHandler { AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(host.Address),
    };

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string page, Dictionary<string, string> fields)
    {
        var html = await browser.GetStringAsync(page);
        fields["__RequestVerificationToken"] = WebUtility.HtmlDecode(Token().Match(html).Groups[1].Value);
        using var form = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(page, form);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("from \"\\./([a-z]+\\.js)\\?v=[0-9a-f]{12}\"")]
    private static partial Regex Import();
}
