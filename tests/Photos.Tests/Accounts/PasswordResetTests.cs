using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Flickr.Photos.Tests.Albums;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Accounts;

public sealed partial class PasswordResetTests
{
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task The_operators_link_sets_a_new_password_once(SqlEngine engine)
    {
        await using var host = await AlbumTests.StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        using var visitor = Visitor(host);
        using var operators = new HttpClient { BaseAddress = new Uri(host.Address) };
        operators.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", PhotosHost.OperatorKey);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/operator/users/alice/reset", null, HttpStatusCode.Unauthorized);
        var earlier = await AlbumTests.SendAsync(operators, HttpMethod.Post, "/operator/users/alice/reset", null);
        var link = await AlbumTests.SendAsync(operators, HttpMethod.Post, "/operator/users/alice/reset", null);
        var secret = link.GetProperty("url").GetString()!.Split("/reset/")[1];

        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets/" + earlier.GetProperty("url").GetString()!.Split("/reset/")[1],
            new { newPassword = "a longer one" }, HttpStatusCode.Gone);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets/" + secret, new { newPassword = "short" }, HttpStatusCode.UnprocessableEntity);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets/" + secret, new { newPassword = "a longer one" }, HttpStatusCode.NoContent);

        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets/" + secret, new { newPassword = "and once more" }, HttpStatusCode.Gone);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/session", new { name = "alice", password = "correct horse" }, HttpStatusCode.Unauthorized);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/session", new { name = "alice", password = "a longer one" });
    }

    [Fact]
    public async Task A_letter_brings_the_link_and_nobody_learns_who_has_an_account()
    {
        await using var smtp = SmtpServer.Start();
        await using var host = await PhotosHost.StartAsync(settings: new()
        {
            ["Photos:PublicAddress"] = "https://photos.test",
            ["Photos:Mail:Host"] = "127.0.0.1",
            ["Photos:Mail:Port"] = smtp.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Photos:Mail:Security"] = "None",
        });
        using var alice = await host.AddUserAsync("alice");
        using var visitor = Visitor(host);
        await AlbumTests.SendAsync(alice, HttpMethod.Patch, "/me", new { email = "not an address" }, HttpStatusCode.UnprocessableEntity);
        var me = await AlbumTests.SendAsync(alice, HttpMethod.Patch, "/me", new { email = "alice@example.org" });
        Assert.Equal("alice@example.org", me.GetProperty("email").GetString());

        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets", new { name = "nobody" }, HttpStatusCode.Accepted);
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets", new { name = "alice" }, HttpStatusCode.Accepted);
        var letter = await smtp.NextAsync();

        Assert.Contains("alice@example.org", letter);
        var text = letter.Contains("base64", StringComparison.Ordinal)
            ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(letter.Split("\n\n", 2)[1].Replace("\n", "")))
            : letter.Replace("=\n", "").Replace("=3D", "=");
        var secret = ResetLink().Match(text).Groups[1].Value;
        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets/" + secret, new { newPassword = "a longer one" }, HttpStatusCode.NoContent);
        await PhotosHost.UntilAsync(() => Task.FromResult(host.Get<PhotosMetrics>().LettersSent.Value), sent => sent == 1);
    }

    [Fact]
    public async Task A_letter_that_cannot_be_sent_is_counted_and_forgotten()
    {
        await using var host = await PhotosHost.StartAsync(settings: new()
        {
            ["Photos:PublicAddress"] = "https://photos.test",
            ["Photos:Mail:Host"] = "127.0.0.1",
            ["Photos:Mail:Port"] = "1",
        });
        using var alice = await host.AddUserAsync("alice");
        using var visitor = Visitor(host);
        await AlbumTests.SendAsync(alice, HttpMethod.Patch, "/me", new { email = "alice@example.org" });

        await AlbumTests.SendAsync(visitor, HttpMethod.Post, "/password-resets", new { name = "alice" }, HttpStatusCode.Accepted);

        await PhotosHost.UntilAsync(() => Task.FromResult(host.Get<PhotosMetrics>().LettersFailed.Value), failed => failed == 1);
    }

    private static HttpClient Visitor(PhotosHost host)
    {
        var visitor = new HttpClient { BaseAddress = new Uri(host.Address) };
        visitor.DefaultRequestHeaders.Add("Flickr-Request", "1");
        return visitor;
    }

    [GeneratedRegex("https://photos.test/reset/([A-Za-z0-9_-]+)")]
    private static partial Regex ResetLink();
}
