using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Uploads;

public sealed class UploadSagaTests
{
    [Fact, Trait("Requirement", "R002"), Trait("Requirement", "R054"), Trait("Requirement", "R063")]
    public async Task An_upload_ends_published_with_its_variants_linked_under_readable_names()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var bytes = await File.ReadAllBytesAsync(Samples.File("photos/coffee.png"));

        var end = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, bytes, "swans.png"));

        Assert.Equal("published", end.GetProperty("state").GetString());
        Assert.Equal(
            ["/alice/nature/album.json", "/alice/nature/hd/swans_hd.jpg", "/alice/nature/original/swans.png", "/alice/nature/thumbnail/swans_thumbnail.jpg"],
            host.Origin.Links.Keys.Order(StringComparer.Ordinal));
        var original = host.Origin.Links["/alice/nature/original/swans.png"];
        Assert.Equal(bytes, host.Origin.Blobs[original.Digest]);
        Assert.Equal("image/png", original.Type);
        var photoId = end.GetProperty("photoId").GetString();
        Assert.Contains($"photo:{photoId}", original.Tags);
        var page = await host.AlbumAsync(alice);
        var item = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(600, item.GetProperty("width").GetInt32());
        Assert.Equal(320, item.GetProperty("thumbnail").GetProperty("width").GetInt32());
        Assert.StartsWith(PhotosHost.Edge + "/alice/nature/thumbnail/swans_thumbnail.jpg?v=", item.GetProperty("thumbnail").GetProperty("url").GetString());
        Assert.Contains("fs=" + page.GetProperty("token").GetString(), item.GetProperty("hd").GetProperty("url").GetString());
        Assert.Contains(host.ControlPlane.Invalidations, order => order.GetProperty("value").GetString() == "/alice/nature/album.json");
    }
}
