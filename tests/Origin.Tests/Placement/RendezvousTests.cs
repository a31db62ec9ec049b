using Flickr.Origin.Placement;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Placement;

public sealed class RendezvousTests
{
    private static readonly Digest[] Keys = [.. Enumerable.Range(0, 20_000).Select(i => Digest.OfBytes(BitConverter.GetBytes(i)))];

    [Fact]
    public void A_node_with_twice_the_weight_is_first_home_of_twice_the_keys()
    {
        var placement = new Rendezvous([Node("a"), Node("b"), Node("c", weight: 2)]);

        var first = Keys.GroupBy(key => placement.Order(key, 1)[0].Id).ToDictionary(group => group.Key, group => group.Count());

        Assert.InRange(first["a"], Keys.Length * 0.24, Keys.Length * 0.26);
        Assert.InRange(first["c"], Keys.Length * 0.49, Keys.Length * 0.51);
    }

    [Fact]
    public void A_new_node_takes_keys_only_for_itself()
    {
        ClusterNode[] nodes = [Node("a"), Node("b"), Node("c"), Node("d")];
        var (before, after) = (new Rendezvous(nodes), new Rendezvous([.. nodes, Node("e")]));

        foreach (var key in Keys.Take(2_000))
        {
            var old = before.Order(key, 3)[..3];
            Assert.All(after.Order(key, 3)[..3], home => Assert.True(home.Id == "e" || old.Contains(home)));
        }
    }

    [Fact]
    public void Homes_are_in_different_zones_while_there_are_enough()
    {
        var placement = new Rendezvous([Node("a", "x"), Node("b", "x"), Node("c", "y"), Node("d", "y"), Node("e", "z")]);

        foreach (var key in Keys.Take(2_000))
        {
            var order = placement.Order(key, 3);
            Assert.Equal(3, order[..3].Select(home => home.Zone).Distinct().Count());
            Assert.Equal(5, order.Distinct().Count());
        }
    }

    private static ClusterNode Node(string id, string? zone = null, double weight = 1) => new(id, "", zone ?? id, weight);
}
