using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Imaging;
using Flickr.Photos.Tests.Albums;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;
using NetVips;

namespace Flickr.Photos.Tests.Imaging;

public sealed class LadderTests
{
    [Fact, Trait("Requirement", "R047")]
    public async Task A_large_picture_has_four_rungs_and_a_small_one_no_two_of_a_size()
    {
        using var pool = new OpenedPool();

        using var wide = Image.NewFromFile(Samples.File("derived/baseline.jpg")).Resize(4);
        var large = await pool.MakeAsync(pool.NewFile(wide.JpegsaveBuffer()));
        var middling = await pool.MakeAsync(Samples.File("derived/baseline.jpg")); // 600 × 400
        using var tiny = Image.Thumbnail(Samples.File("derived/baseline.jpg"), 300);
        var small = await pool.MakeAsync(pool.NewFile(tiny.JpegsaveBuffer()));

        Assert.Equal(["large", "hd", "small", "thumbnail"], large.Variants.Select(variant => variant.Rung));
        Assert.Equal([2048, 1280, 640, 320], large.Variants.Select(variant => Math.Max(variant.Width, variant.Height)));
        Assert.Equal(["hd", "thumbnail"], middling.Variants.Select(variant => variant.Rung));
        Assert.Equal(["hd", "thumbnail"], small.Variants.Select(variant => variant.Rung));
        Assert.All(small.Variants, variant => Assert.Equal(300, variant.Width));
    }

    [Fact]
    public async Task One_picture_in_other_clothes_has_nearly_its_hash_and_another_picture_has_not()
    {
        using var pool = new OpenedPool();
        var plain = await pool.MakeAsync(Samples.File("derived/baseline.jpg"));

        foreach (var same in (string[])["derived/progressive.jpg", "derived/lossy.webp", "derived/photo.avif", "derived/p3.jpg"])
        {
            var other = await pool.MakeAsync(Samples.File(same));
            Assert.InRange(PerceptualHash.Distance(plain.PerceptualHash!, other.PerceptualHash!), 0, 31);
        }
        var different = await pool.MakeAsync(Samples.File("photos/astronaut.png"));
        Assert.InRange(PerceptualHash.Distance(plain.PerceptualHash!, different.PerceptualHash!), 80, 176);
    }

    [Fact]
    public void The_dominant_colour_is_of_the_largest_patch_and_not_the_mean()
    {
        var pixels = new List<byte>();
        for (var i = 0; i < 100; i++)
        {
            pixels.AddRange(i < 60 ? [200, 16, 24, 255] : [10, 240, (byte)(i * 2), 255]);
        }

        Assert.Equal("#c81018", DominantColor.Find([.. pixels]));
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task WebP_of_every_rung_follows_in_the_background_under_paths_of_its_own(SqlEngine engine)
    {
        await using var host = await AlbumTests.StartAsync(engine, new() { ["Photos:Imaging:SecondFormat"] = "true" });
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];

        var item = await PhotosHost.UntilAsync(() => alice.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{id}"),
            now => now.GetProperty("files").GetArrayLength() == 4);

        var files = item.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(["thumbnail", "hd"], files.Take(2).Select(file => file.GetProperty("resolution").GetString()));
        Assert.All(files.Take(2), file => Assert.Equal("image/jpeg", file.GetProperty("type").GetString()));
        Assert.All(files.Skip(2), file => Assert.Contains(".webp?v=", file.GetProperty("url").GetString()));
        Assert.Matches("^#[0-9a-f]{6}$", item.GetProperty("color").GetString());
        Assert.Equal("image/webp", host.Origin.Links["/alice/nature/hd/p0_hd.webp"].Type);
        var blob = host.Origin.Blobs[host.Origin.Links["/alice/nature/hd/p0_hd.webp"].Digest];
        Assert.Equal("WEBP"u8, blob.AsSpan(8, 4));
        Assert.Equal(1, host.Get<PhotosMetrics>().SecondFormats.Value);

        using var deleted = await alice.DeleteAsync($"/api/v1/photos/{id}?wait=10000");
        Assert.All(host.Origin.Links.Where(link => link.Key.Contains("/p0", StringComparison.Ordinal)), link => Assert.True(link.Value.IsDeleted, link.Key));
    }

    [Fact]
    public async Task A_content_that_killed_two_workers_by_the_table_is_refused()
    {
        using var first = new OpenedPool();
        await first.Poison.AddAsync("digest", CancellationToken.None);
        Assert.Null((await first.MakeAsync(Samples.File("derived/baseline.jpg"), "digest")).Refusal); // one death may be bad luck
        await first.Poison.AddAsync("digest", CancellationToken.None);

        var answer = await first.MakeAsync(Samples.File("derived/baseline.jpg"), "digest");

        Assert.Equal(ImageRefusal.Undecodable, answer.Refusal);
    }
}
