using System.Net;
using Flickr.Photos.Tests.Albums;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Gallery;

public sealed class PageVersionTests
{
    [Fact, Trait("Requirement", "R086")]
    public async Task An_expired_page_is_answered_with_the_version_to_go_on_with()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Gallery:PageVersionsMax"] = "3" });
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.PublishAsync(alice, 1);
        var before = (await host.AlbumAsync(alice)).GetProperty("pageVersion").GetInt64();
        await AlbumTests.SendAsync(alice, HttpMethod.Get, $"/albums/nature/photos?version={before}", null);
        await PhotosHost.PublishAsync(alice, 2, from: 1);

        var gone = await AlbumTests.SendAsync(alice, HttpMethod.Get, $"/albums/nature/photos?version={before}", null, HttpStatusCode.Gone);
        var never = await AlbumTests.SendAsync(alice, HttpMethod.Get, "/albums/nature/photos?version=999999", null, HttpStatusCode.Gone);
        using var stranger = await host.AddUserAsync("bob");
        await AlbumTests.SendAsync(stranger, HttpMethod.Get, $"/albums/nature/photos?owner=alice&version={before}", null, HttpStatusCode.NotFound);

        var version = gone.GetProperty("pageVersion").GetInt64();
        Assert.Equal("urn:flickr:problem:page-version-expired", gone.GetProperty("type").GetString());
        Assert.Equal(version, never.GetProperty("pageVersion").GetInt64());
        var page = await AlbumTests.SendAsync(alice, HttpMethod.Get, $"/albums/nature/photos?version={version}", null);
        Assert.Equal(3, page.GetProperty("items").GetArrayLength());
    }
}
