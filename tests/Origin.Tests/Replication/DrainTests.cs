using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Replication;

public sealed class DrainTests
{
    [Fact]
    [Trait("Requirement", "R037")]
    public async Task A_drained_node_gives_everything_away_drops_it_and_stays_empty_over_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync(4, ("Origin:RebalanceInterval", "1.00:00:00"),
            ("Origin:Volumes:VolumeBytesMax", "1048576"));
        var blobs = Enumerable.Range(0, 40).Select(_ => RandomNumberGenerator.GetBytes(5_000)).ToList();
        for (var i = 0; i < blobs.Count; i++)
        {
            await cluster[i % 4].Client.PostAsync("/b", new ByteArrayContent(blobs[i]));
            Assert.Equal(201, await ClusterTests.LinkAsync(cluster[i % 4], $"/u/{i}", blobs[i], 5));
        }
        await TestCluster.Becomes(() => cluster[3].Node.Store.Blobs.Count > 10, "node 3 is a home of some");
        for (var i = 0; i < 4; i++)
        {
            await cluster.StopNodeAsync(i);
        }

        // Epoch 2: node 3 is no home any more.
        cluster.Settings = [.. cluster.Settings, ("Origin:Epoch", "2"), ("Origin:Nodes:3:Until", "2")];
        for (var i = 0; i < 4; i++)
        {
            await cluster.StartNodeAsync(i);
        }
        // Names written in epoch 1 are read right from the start, wherever they lie.
        for (var i = 0; i < blobs.Count; i++)
        {
            Assert.Equal(blobs[i], await cluster[i % 3].Client.GetByteArrayAsync($"/u/{i}"));
        }
        var held = cluster[3].Node.Store.Blobs.Count;
        using var drained = await cluster[3].Admin.PostAsync("/origin/rebalance", null);
        var progress = await drained.Content.ReadFromJsonAsync<JsonElement>();
        var map = await cluster[3].Admin.GetFromJsonAsync<JsonElement>("/origin/cluster");

        Assert.Equal(held, progress.GetProperty("letGo").GetInt64());
        Assert.Equal(0, cluster[3].Node.Store.Blobs.Count);
        Assert.Equal(held * 5_000, cluster[3].Metrics.LetGoBytes.Value);
        Assert.Equal(0, cluster[3].Metrics.Strays.Value);
        Assert.Equal([(true, true), (true, true), (true, true), (false, true)], map.GetProperty("nodes").EnumerateArray()
            .Select(node => (node.GetProperty("isHome").GetBoolean(), node.GetProperty("wasHome").GetBoolean())));
        Assert.All(blobs, bytes => Assert.All(Enumerable.Range(0, 3), i => Assert.True(cluster[i].Node.Store.Probe(Digest.OfBytes(bytes)).IsPresent)));
        await cluster.StopNodeAsync(3);
        await cluster.StartNodeAsync(3);
        Assert.Equal(0, cluster[3].Node.Store.Blobs.Count);
        await cluster.StopNodeAsync(3);
        foreach (var bytes in blobs)
        {
            Assert.Equal(HttpStatusCode.OK, (await cluster[0].Client.GetAsync($"/b/{Digest.OfBytes(bytes)}")).StatusCode);
        }
    }

    [Fact]
    public async Task A_copy_is_not_let_go_while_a_home_is_silent()
    {
        await using var cluster = await TestCluster.StartAsync(4, ("Origin:RebalanceInterval", "1.00:00:00"), ("Origin:PeerTimeout", "00:00:01"));
        var strays = new List<Digest>();
        foreach (var bytes in Enumerable.Range(0, 60).Select(_ => RandomNumberGenerator.GetBytes(500)))
        {
            var id = Digest.OfBytes(bytes);
            if (cluster[0].Node.Map.PreferenceFor(id).Homes.All(home => home.Id != "node-0"))
            {
                await cluster[0].Node.Store.PutAsync(id, 1, new Payload(bytes), null);
                strays.Add(id);
            }
        }
        Assert.NotEmpty(strays);
        await cluster.StopNodeAsync(3);

        await cluster[0].Node.Rebalancer.RunAsync(CancellationToken.None);

        // Without node 0, the homes of each are nodes 1, 2 and 3.
        Assert.All(strays, id => Assert.True(cluster[0].Node.Store.Probe(id).IsPresent));
        Assert.Equal(strays.Count, cluster[0].Metrics.Strays.Value);
    }
}
