using CsCheck;
using Flickr.Fleet.Placement;

namespace Flickr.Fleet.Tests.Placement;

public sealed class RendezvousTests
{
    private static readonly PlacementNode[] Five = [new("a"), new("b"), new("c"), new("d"), new("e")];

    [Fact]
    public void Keys_spread_by_weight()
    {
        PlacementNode[] nodes = [new("small", 1), new("large", 3), new("off", 0)];
        var held = new Dictionary<string, int> { ["small"] = 0, ["large"] = 0 };

        for (var key = 0; key < 20_000; key++)
        {
            held[Rendezvous.Pick($"key-{key}", nodes, 1)[0]]++;
        }

        Assert.InRange(held["large"] / (double)held["small"], 2.8, 3.2);
    }

    [Fact]
    public void A_node_that_goes_moves_only_its_own_keys() => Gen.String[1, 40].Sample(key =>
    {
        var before = Rendezvous.Pick(key, Five, 5);
        var after = Rendezvous.Pick(key, [.. Five.Where(node => node.Name != "c")], 5);

        Assert.Equal(before.Where(name => name != "c"), after);
    });

    [Fact]
    public void The_order_of_the_list_does_not_matter() => Gen.String[1, 40].Sample(key =>
        Assert.Equal(Rendezvous.Pick(key, Five, 2), Rendezvous.Pick(key, [.. Five.Reverse()], 2)));

    [Fact]
    public void A_weight_that_rises_takes_keys_and_gives_none_away() => Gen.String[1, 40].Sample(key =>
    {
        var before = Rendezvous.Pick(key, Five, 1)[0];
        var after = Rendezvous.Pick(key, [.. Five.Select(node =>
            node.Name == "c" ? node with { Weight = 2 } : node)], 1)[0];

        Assert.True(after == before || after == "c");
    });
}
