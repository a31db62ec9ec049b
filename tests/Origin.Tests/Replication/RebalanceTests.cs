using System.Security.Cryptography;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Replication;

public sealed class RebalanceTests
{
    [Fact]
    public async Task Two_more_nodes_are_given_what_is_theirs_and_reads_go_on_meanwhile()
    {
        await using var cluster = await TestCluster.StartAsync(5, ("Origin:RebalanceInterval", "00:00:01"),
            ("Origin:AntiEntropyInterval", "00:00:01"));
        var blobs = Enumerable.Range(0, 30).Select(_ => RandomNumberGenerator.GetBytes(2_000)).ToList();
        // Everything lies on node 0 alone, as if it had been a cluster of one before.
        foreach (var bytes in blobs)
        {
            await cluster[0].Node.Store.PutAsync(Digest.OfBytes(bytes), 1, new Payload(bytes), null);
        }
        var link = new Flickr.Origin.Links.Link("/u/x", Digest.OfBytes(blobs[0]).ToString(), 2_000, "image/png", null, null, false, null, null);
        await cluster[0].Node.Store.PutLinkAsync("/u/x", 1, link.ToBytes(), false, null);

        foreach (var bytes in blobs)
        {
            Assert.Equal(bytes, await cluster[4].Client.GetByteArrayAsync($"/b/{Digest.OfBytes(bytes)}"));
        }
        await TestCluster.Becomes(() => blobs.TrueForAll(bytes => IsPlaced(cluster, Digest.OfBytes(bytes))), "every home has its blobs");
        await TestCluster.Becomes(() => cluster[0].Node.Map.PreferenceFor(Digest.OfPath("/u/x")).Homes.All(
            home => cluster[home.Id[5] - (char)48].Node.Store.FindLink("/u/x").Link is not null), "every home has the link");
    }

    private static bool IsPlaced(TestCluster cluster, Digest id) => cluster[0].Node.Map.PreferenceFor(id).Homes.All(
        home => cluster[home.Id[5] - (char)48].Node.Store.Probe(id).IsPresent);
}
