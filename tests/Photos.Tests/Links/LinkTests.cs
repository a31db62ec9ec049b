using System.Net;
using System.Text.Json;
using Flickr.Photos.Tests.Albums;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Links;

public sealed class LinkTests
{
    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task A_link_opens_its_album_to_whoever_has_it_and_nothing_else(SqlEngine engine)
    {
        await using var host = await AlbumTests.StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        var apart = (await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg")), "apart.jpg", "city"))).GetProperty("photoId").GetString();
        var link = await AlbumTests.SendAsync(alice, HttpMethod.Post, "/links", new { album = "nature", password = "open sesame" }, HttpStatusCode.Created);
        var secret = link.GetProperty("secret").GetString()!;

        await AlbumTests.SendAsync(host.Anonymous, HttpMethod.Get, $"/links/{secret}/photos", null, HttpStatusCode.Unauthorized);
        await OpenAsync(host, secret, "wrong", HttpStatusCode.Unauthorized);
        var opened = await OpenAsync(host, secret, "open sesame");
        using var guest = Guest(host, opened);
        var page = await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{secret}/photos?limit=1", null);
        var rest = await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{secret}/photos?limit=5&after={page.GetProperty("next").GetString()}", null);

        Assert.Equal(("alice", "nature", "album"), (opened.GetProperty("owner").GetString(), opened.GetProperty("album").GetString(), opened.GetProperty("kind").GetString()));
        Assert.Equal([ids[1], ids[0]], page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(item => item.GetProperty("id").GetString()));
        Assert.Contains("URISigningPackage=", page.GetProperty("items")[0].GetProperty("thumbnail").GetProperty("url").GetString());
        await AlbumTests.SendAsync(guest, HttpMethod.Post, $"/links/{secret}/photos/{ids[0]}/original", null, HttpStatusCode.NotFound); // gives none
        await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/photos/{ids[0]}", null, HttpStatusCode.NotFound); // a pass is no account

        var other = await AlbumTests.SendAsync(alice, HttpMethod.Post, "/links", new { photo = apart, originals = true }, HttpStatusCode.Created);
        var otherSecret = other.GetProperty("secret").GetString()!;
        await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{otherSecret}/photos", null, HttpStatusCode.Unauthorized); // another link's pass
        using var second = Guest(host, await OpenAsync(host, otherSecret, null));
        await AlbumTests.SendAsync(second, HttpMethod.Post, $"/links/{otherSecret}/photos/{apart}/original", null);
        await AlbumTests.SendAsync(second, HttpMethod.Post, $"/links/{otherSecret}/photos/{ids[0]}/original", null, HttpStatusCode.NotFound);

        var listed = await AlbumTests.SendAsync(alice, HttpMethod.Get, "/links", null);
        Assert.DoesNotContain(secret, listed.GetRawText());
        Assert.Equal(1, listed.GetProperty("links").EnumerateArray().Last().GetProperty("opened").GetInt32());
        var id = link.GetProperty("id").GetString();
        using var bob = await host.AddUserAsync("bob");
        await AlbumTests.SendAsync(bob, HttpMethod.Delete, $"/links/{id}", null, HttpStatusCode.NotFound);
        await AlbumTests.SendAsync(alice, HttpMethod.Delete, $"/links/{id}?wait=10000", null);
        await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{secret}/photos", null, HttpStatusCode.NotFound);
        Assert.Contains(host.ControlPlane.Invalidations, order => order.GetProperty("kind").GetString() == "viewer"
            && order.GetProperty("value").GetString() == "link-" + id);
    }

    [Fact]
    public async Task A_link_ends_when_its_time_is_over_and_its_tokens_with_it()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        await AlbumTests.SendAsync(alice, HttpMethod.Post, "/links", new { photo = id, expiresMs = 1 }, HttpStatusCode.UnprocessableEntity);
        var ends = DateTimeOffset.UtcNow.AddSeconds(20);
        var link = await AlbumTests.SendAsync(alice, HttpMethod.Post, "/links", new { photo = id, expiresMs = ends.ToUnixTimeMilliseconds() }, HttpStatusCode.Created);
        var secret = link.GetProperty("secret").GetString()!;
        var opened = await OpenAsync(host, secret, null);
        using var guest = Guest(host, opened);

        var item = (await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{secret}/photos", null)).GetProperty("items")[0];

        Assert.Equal(ends.ToUnixTimeMilliseconds(), opened.GetProperty("expiresMs").GetInt64());
        var token = item.GetProperty("thumbnail").GetProperty("url").GetString()!.Split("URISigningPackage=")[1];
        var claims = JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.InRange(claims.GetProperty("exp").GetInt64(), 0, ends.ToUnixTimeSeconds() + 60); // minters round up to whole minutes
        await host.Get<Database>().WriteAsync(session => session.ExecuteAsync("UPDATE link_share SET expires_ms = 1000"));
        await AlbumTests.SendAsync(guest, HttpMethod.Get, $"/links/{secret}/photos", null, HttpStatusCode.Gone);
        await OpenAsync(host, secret, null, HttpStatusCode.Gone);
    }

    [Fact]
    public async Task Guessing_a_links_password_is_slowed_down()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Limits:SignInsPerAccountPerMinute"] = "3" });
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        var secret = (await AlbumTests.SendAsync(alice, HttpMethod.Post, "/links", new { photo = id, password = "1234" }, HttpStatusCode.Created)).GetProperty("secret").GetString()!;

        for (var i = 0; i < 3; i++)
        {
            await OpenAsync(host, secret, "guess", HttpStatusCode.Unauthorized);
        }

        await OpenAsync(host, secret, "1234", HttpStatusCode.TooManyRequests);
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R075")]
    public async Task A_shared_album_shares_what_lies_in_it_now(SqlEngine engine)
    {
        await using var host = await AlbumTests.StartAsync(engine);
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        await AlbumTests.SendAsync(alice, HttpMethod.Put, "/albums/nature/shares/bob", null, HttpStatusCode.NoContent);
        await AlbumTests.SendAsync(alice, HttpMethod.Put, $"/photos/{ids[0]}/shares/bob", null, HttpStatusCode.NoContent);
        var later = (await PhotosHost.PublishAsync(alice, 1, from: 2))[0];

        var shared = await AlbumTests.SendAsync(bob, HttpMethod.Get, "/shared", null);
        var given = await AlbumTests.SendAsync(alice, HttpMethod.Get, "/shares", null);
        await AlbumTests.SendAsync(alice, HttpMethod.Patch, $"/photos/{ids[1]}?wait=10000", new { album = "hidden" });

        Assert.Equal([later, ids[1], ids[0]], shared.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        Assert.Equal("bob", given.GetProperty("albums")[0].GetProperty("users")[0].GetString());
        Assert.Equal(ids[0], given.GetProperty("photos")[0].GetProperty("id").GetString());
        await AlbumTests.SendAsync(bob, HttpMethod.Get, $"/photos/{ids[1]}", null, HttpStatusCode.NotFound); // moved out of what was shared
        await AlbumTests.SendAsync(bob, HttpMethod.Get, $"/photos/{later}", null);
        Assert.Equal(2, (await AlbumTests.SendAsync(bob, HttpMethod.Get, "/search?owner=alice&from=1970-01-01", null)).GetProperty("total").GetInt32());
        Assert.Equal(2, (await AlbumTests.SendAsync(bob, HttpMethod.Get, "/albums/nature/photos?owner=alice", null)).GetProperty("items").GetArrayLength());

        await AlbumTests.SendAsync(alice, HttpMethod.Delete, "/albums/nature/shares/bob?wait=10000", null);
        await AlbumTests.SendAsync(bob, HttpMethod.Get, $"/photos/{later}", null, HttpStatusCode.NotFound);
        await AlbumTests.SendAsync(bob, HttpMethod.Get, $"/photos/{ids[0]}", null); // shared by itself too
        Assert.Contains(host.ControlPlane.Invalidations, order => order.GetProperty("kind").GetString() == "viewer");
    }

    private static Task<JsonElement> OpenAsync(PhotosHost host, string secret, string? password, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var visitor = new HttpClient { BaseAddress = new Uri(host.Address) };
        visitor.DefaultRequestHeaders.Add("Flickr-Request", "1");
        return AlbumTests.SendAsync(visitor, HttpMethod.Post, $"/links/{secret}/open", new { password }, expected);
    }

    private static HttpClient Guest(PhotosHost host, JsonElement opened)
    {
        var guest = new HttpClient { BaseAddress = new Uri(host.Address) };
        guest.DefaultRequestHeaders.Add("Flickr-Request", "1");
        guest.DefaultRequestHeaders.Add("Flickr-Pass", opened.GetProperty("pass").GetString());
        return guest;
    }
}
