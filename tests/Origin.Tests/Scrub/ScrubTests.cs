using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.Tests.Replication;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Scrub;

public sealed class ScrubTests
{
    [Fact]
    [Trait("Requirement", "R038")]
    public async Task A_scrub_finds_rot_that_nobody_read_and_repairs_it_from_another_node()
    {
        await using var cluster = await TestCluster.StartAsync(3, ("Origin:Scrub:BytesPerSecond", "1000000000"));
        var blobs = Enumerable.Range(0, 12).Select(i => RandomNumberGenerator.GetBytes(1_000 + i * 300_000)).ToList();
        foreach (var bytes in blobs)
        {
            await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        }
        var store = cluster[1].Node.Store;
        await TestCluster.Becomes(() => blobs.TrueForAll(bytes => store.Probe(Digest.OfBytes(bytes)).IsPresent), "copies made");
        foreach (var bytes in (byte[][])[blobs[2], blobs[7]])
        {
            store.Blobs.TryGet(Digest.OfBytes(bytes), out var entry);
            ClusterTests.Damage(cluster.FolderOf(1), entry.Location.PayloadOffset + bytes.Length / 2);
        }

        var scrub = await (await cluster[1].Admin.PostAsync("/origin/scrub", null)).Content.ReadFromJsonAsync<JsonElement>();
        var after = await (await cluster[1].Admin.PostAsync("/origin/scrub", null)).Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((12, 2, 2), (Number(scrub, "records"), Number(scrub, "damaged"), Number(scrub, "repaired")));
        Assert.Equal((12, 0, 0), (Number(after, "records"), Number(after, "damaged"), Number(after, "repaired")));
        Assert.Equal(2, cluster[1].Metrics.RecordsRepaired.Value);
        Assert.Equal(1, cluster[1].Metrics.ScrubProgress.Value);
        Assert.True(cluster[1].Metrics.ScrubbedBytes.Value >= blobs.Sum(bytes => (long)bytes.Length));
        foreach (var bytes in blobs)
        {
            Assert.Equal(bytes, await cluster[1].Client.GetByteArrayAsync($"/b/{Digest.OfBytes(bytes)}"));
        }
    }

    [Fact]
    public async Task A_damaged_link_is_answered_by_the_other_homes_and_repaired()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(100);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        Assert.Equal(201, await ClusterTests.LinkAsync(cluster[0], "/u/x", bytes, 3, "public"));
        var store = cluster[0].Node.Store;
        await TestCluster.Becomes(() => store.FindLink("/u/x").Link is not null, "the link is on node 0");
        ClusterTests.Damage(cluster.FolderOf(0), store.Links.Find("/u/x")!.Value.Location.PayloadOffset + 20);

        using var got = await cluster[0].Client.GetAsync("/u/x");

        Assert.Equal(bytes, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("public", got.Headers.GetValues("Flickr-Visibility").Single());
        await TestCluster.Becomes(() => store.FindLink("/u/x").Link is not null, "repaired");
    }

    private static int Number(JsonElement report, string name) => report.GetProperty(name).GetInt32();
}
