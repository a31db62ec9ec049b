using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.Volumes;
using Xunit;
using static Flickr.Origin.Tests.Http.BlobTests;

namespace Flickr.Origin.Tests.Replication;

public sealed class ClusterTests
{
    [Theory]
    [InlineData(20_000)]
    [InlineData(3_000_000)]
    public async Task What_one_node_stored_every_node_serves_and_three_keep(int length)
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(length);
        var id = IdOf(bytes);

        var stored = await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        var again = await cluster[1].Client.PutAsync($"/b/{id}", new ByteArrayContent(bytes));

        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        // A third home may still be receiving the first copy when the same bytes come again.
        Assert.Contains(again.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Created]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(bytes, await cluster[i].Client.GetByteArrayAsync($"/b/{id}"));
            var node = cluster[i];
            await TestCluster.Becomes(() => node.Node.Store.Probe(id).IsPresent, $"node {i} has the blob");
        }
    }

    [Fact]
    [Trait("Requirement", "R036")]
    public async Task With_one_node_away_everything_goes_on_and_it_is_given_what_it_missed()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.StopNodeAsync(2);
        var blobs = Enumerable.Range(0, 20).Select(i => RandomNumberGenerator.GetBytes(i * 40_000)).ToList();
        foreach (var bytes in blobs)
        {
            Assert.Equal(HttpStatusCode.Created, (await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes))).StatusCode);
        }
        Assert.Equal(201, await LinkAsync(cluster[1], "/u/a", blobs[3], 4));
        Assert.Equal(blobs[3], await cluster[0].Client.GetByteArrayAsync("/u/a"));

        await cluster.StartNodeAsync(2);

        await TestCluster.Becomes(
            () => blobs.TrueForAll(bytes => cluster[2].Node.Store.Probe(IdOf(bytes)).IsPresent), "all blobs handed over");
        await TestCluster.Becomes(() => cluster[2].Node.Store.FindLink("/u/a").Link is not null, "the link handed over");
        await TestCluster.Becomes(
            () => cluster[0].Node.Store.Hints.Count + cluster[1].Node.Store.Hints.Count == 0, "no hint is left");
        Assert.True(cluster[0].Metrics.HintsHandedOver.Value + cluster[1].Metrics.HintsHandedOver.Value >= 21);
    }

    [Fact]
    public async Task Below_the_write_quorum_nothing_is_acknowledged_and_nothing_is_called_absent()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(5_000);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        Assert.Equal(201, await LinkAsync(cluster[0], "/u/a", bytes, 1));
        await TestCluster.Becomes(() => cluster[0].Node.Store.Probe(IdOf(bytes)).IsPresent, "node 0 has it");
        await cluster.StopNodeAsync(1);
        await cluster.StopNodeAsync(2);

        var write = await cluster[0].Client.PostAsync("/b", new ByteArrayContent(RandomNumberGenerator.GetBytes(10)));
        var known = await cluster[0].Client.GetAsync($"/b/{IdOf(bytes)}");
        var unknown = await cluster[0].Client.GetAsync($"/b/{new string('0', 64)}");
        var link = await cluster[0].Client.GetAsync("/u/a");
        var list = await cluster[0].Client.GetAsync("/u/");

        await ShowsProblem(write, 503, "quorum-missed");
        Assert.Equal(bytes, await known.Content.ReadAsByteArrayAsync());
        await ShowsProblem(unknown, 503, "cannot-know");
        await ShowsProblem(link, 503, "cannot-know");
        await ShowsProblem(list, 503, "cannot-know");
        Assert.NotNull(unknown.Headers.RetryAfter);
        Assert.True(cluster[0].Metrics.QuorumMissed.WithLabels("put").Value >= 1);
        Assert.True(cluster[0].Metrics.PeerFailures.Value >= 1);
    }

    [Fact]
    public async Task A_blob_is_called_absent_only_when_nobody_who_could_have_it_is_away()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var target = $"/b/{new string('0', 64)}";

        await ShowsProblem(await cluster[0].Client.GetAsync(target), 404, "blob-not-found");
        await cluster.StopNodeAsync(2);
        await ShowsProblem(await cluster[0].Client.GetAsync(target), 503, "cannot-know");
        // A name's absence is a quorum's word, so one node away does not hide it.
        await ShowsProblem(await cluster[0].Client.GetAsync("/u/none"), 404, "path-not-found");
    }

    [Fact]
    [Trait("Requirement", "R111")]
    public async Task A_node_that_was_away_does_not_bring_an_old_visibility_back()
    {
        await using var cluster = await TestCluster.StartAsync(3, ("Origin:HandOverInterval", "01:00:00"),
            ("Origin:AntiEntropyInterval", "01:00:00"));
        var bytes = RandomNumberGenerator.GetBytes(50);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        Assert.Equal(201, await LinkAsync(cluster[0], "/u/a", bytes, 1, "public"));
        await TestCluster.Becomes(() => cluster[2].Node.Store.FindLink("/u/a").Generation == 1, "node 2 has the first");
        await cluster.StopNodeAsync(2);
        Assert.Equal(200, await LinkAsync(cluster[0], "/u/a", bytes, 2, "private"));
        await cluster.StartNodeAsync(2);
        Assert.Equal(1, cluster[2].Node.Store.FindLink("/u/a").Generation);

        for (var i = 0; i < 20; i++)
        {
            using var response = await cluster[2].Client.GetAsync("/u/a");
            Assert.Equal("private", response.Headers.GetValues("Flickr-Visibility").Single());
        }
        await TestCluster.Becomes(() => cluster[2].Node.Store.FindLink("/u/a").Generation == 2, "the read repaired node 2");
        Assert.True(cluster[2].Metrics.ReadRepairs.Value >= 1);
    }

    [Fact]
    public async Task A_flipped_bit_is_never_served_and_is_repaired_from_another_node()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var id = IdOf(bytes);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        for (var i = 0; i < 3; i++)
        {
            var node = cluster[i].Node.Store;
            await TestCluster.Becomes(() => node.Probe(id).IsPresent, "the copies are made");
        }
        cluster[0].Node.Store.Blobs.TryGet(id, out var entry);
        Damage(cluster.FolderOf(0), entry.Location.PayloadOffset + 77_777);

        var got = await cluster[0].Client.GetByteArrayAsync($"/b/{id}");

        Assert.Equal(bytes, got);
        Assert.Equal(1, cluster[0].Metrics.RecordsDamaged.Value);
        await TestCluster.Becomes(() => cluster[0].Node.Store.Probe(id).IsPresent, "repaired");
        // The node's own copy is repaired by the node that was asked, or by another that noticed first.
        await TestCluster.Becomes(
            () => Enumerable.Range(0, 3).Sum(i => cluster[i].Metrics.RecordsRepaired.Value) == 1, "the repair is counted");
        Assert.NotNull(await cluster[0].Node.Store.OpenAsync(id, CancellationToken.None));
    }

    [Fact]
    [Trait("Requirement", "R040")]
    public async Task A_wiped_disk_is_filled_again_while_reads_go_on()
    {
        await using var cluster = await TestCluster.StartAsync(3, ("Origin:AntiEntropyInterval", "00:00:00.3"));
        var blobs = Enumerable.Range(0, 60).Select(_ => RandomNumberGenerator.GetBytes(3_000)).ToList();
        foreach (var bytes in blobs)
        {
            await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        }
        Assert.Equal(201, await LinkAsync(cluster[0], "/u/a/b", blobs[0], 1));
        await cluster.StopNodeAsync(1);
        Directory.Delete(cluster.FolderOf(1), recursive: true);
        await cluster.StartNodeAsync(1);

        foreach (var bytes in blobs)
        {
            Assert.Equal(bytes, await cluster[1].Client.GetByteArrayAsync($"/b/{IdOf(bytes)}"));
        }
        await TestCluster.Becomes(
            () => blobs.TrueForAll(bytes => cluster[1].Node.Store.Probe(IdOf(bytes)).IsPresent), "every blob is back");
        await TestCluster.Becomes(() => cluster[1].Node.Store.FindLink("/u/a/b").Link is not null, "the link is back");
    }

    [Fact]
    public async Task A_deletion_that_a_node_missed_reaches_it()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(500);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        await TestCluster.Becomes(() => cluster[2].Node.Store.Probe(IdOf(bytes)).IsPresent, "node 2 has it");
        await cluster.StopNodeAsync(2);
        Assert.Equal(204, (int)(await cluster[0].Client.DeleteAsync($"/b/{IdOf(bytes)}")).StatusCode);
        await cluster.StartNodeAsync(2);

        await TestCluster.Becomes(() => cluster[2].Node.Store.Probe(IdOf(bytes)).IsDeleted, "node 2 deleted it");
        await ShowsProblem(await cluster[2].Client.GetAsync($"/b/{IdOf(bytes)}"), 410, "blob-deleted");
    }

    [Fact]
    public async Task Five_nodes_in_three_zones_keep_three_copies_and_one_listing()
    {
        await using var cluster = await TestCluster.StartAsync(5, ("Origin:Nodes:0:Zone", "a"), ("Origin:Nodes:1:Zone", "a"),
            ("Origin:Nodes:2:Zone", "b"), ("Origin:Nodes:3:Zone", "b"), ("Origin:Nodes:4:Zone", "c"));
        var blobs = Enumerable.Range(0, 20).Select(_ => RandomNumberGenerator.GetBytes(1_000)).ToList();
        for (var i = 0; i < blobs.Count; i++)
        {
            await cluster[i % 5].Client.PostAsync("/b", new ByteArrayContent(blobs[i]));
            Assert.Equal(201, await LinkAsync(cluster[i % 5], $"/u/{i:D2}", blobs[i], 1));
        }

        foreach (var bytes in blobs)
        {
            await TestCluster.Becomes(
                () => Enumerable.Range(0, 5).Count(i => cluster[i].Node.Store.Probe(IdOf(bytes)).IsPresent) == 3, "three copies");
            Assert.True(cluster[4].Node.Store.Probe(IdOf(bytes)).IsPresent, "zone c has one node, so it has every blob");
        }
        var page = await cluster[3].Client.GetFromJsonAsync<JsonElement>("/u/?limit=15");
        Assert.Equal(15, page.GetProperty("files").GetArrayLength());
        await cluster.StopNodeAsync(0);
        foreach (var bytes in blobs)
        {
            Assert.Equal(bytes, await cluster[2].Client.GetByteArrayAsync($"/b/{IdOf(bytes)}"));
            Assert.Equal(201, (int)(await cluster[1].Client.PostAsync("/b", new ByteArrayContent([.. bytes, 1]))).StatusCode);
        }
    }

    internal static Digest IdOf(byte[] bytes) => Digest.OfBytes(bytes);

    internal static async Task<int> LinkAsync(TestNode node, string path, byte[] bytes, long generation, string visibility = "private")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path);
        request.Headers.Add("Link-Blob", Hex(bytes));
        request.Headers.Add("Link-Visibility", visibility);
        request.Headers.Add("Link-Generation", generation.ToString(CultureInfo.InvariantCulture));
        return (int)(await node.Client.SendAsync(request)).StatusCode;
    }

    internal static void Damage(string folder, long offset)
    {
        var file = Directory.EnumerateFiles(Path.Combine(folder, "volumes")).Single();
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = offset;
        var value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 0x10));
    }
}
