using Flickr.Origin.Placement;
using Flickr.Origin.Replication;
using Flickr.Origin.Tests.Volumes;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Flickr.Origin.Tests.Replication;

public sealed class HedgeTests
{
    [Fact]
    public async Task A_node_that_is_slow_to_begin_is_overtaken_by_the_next()
    {
        var bytes = new byte[1_000];
        var id = Digest.OfBytes(bytes);
        using var own = new StoreUnderTest(new ForgetfulDisk());
        using var first = new StoreUnderTest(new ForgetfulDisk());
        using var second = new StoreUnderTest(new ForgetfulDisk());
        await first.PutAsync(bytes);
        await second.PutAsync(bytes);
        var options = new OriginOptions
        {
            NodeId = "own",
            HedgeDelay = TimeSpan.FromMilliseconds(20),
            Nodes = [.. ((string[])["own", "first", "second"]).Select(node => new NodeOptions { Id = node, Address = "http://x" })],
        };
        var map = ClusterMap.Of(options, NullLogger.Instance);
        var slowId = map.PreferenceFor(id).Homes.First(home => home.Id != "own").Id;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IReplica Replica(string node, StoreUnderTest store) =>
            new GatedReplica(node, store.Store, node == slowId ? gate.Task : Task.CompletedTask);
        var metrics = new OriginMetrics();
        var cluster = new Cluster(map, own.Store, Replica("own", own), [Replica("first", first), Replica("second", second)],
            new PeerHealth(TimeProvider.System, TimeSpan.Zero), metrics, NullLogger.Instance);
        var blobs = new BlobCoordinator(cluster, new RepairQueue(), options, TimeProvider.System, metrics);

        var found = await blobs.OpenAsync(id, CancellationToken.None);

        Assert.Equal(BlobState.Present, found.State);
        Assert.Equal(1, metrics.HedgedReads.Value);
        await found.Source!.DisposeAsync();
        gate.SetResult();
    }
}
