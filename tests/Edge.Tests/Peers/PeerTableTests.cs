using Flickr.Edge.Cache;
using Flickr.Edge.Peers;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Peers;

public sealed class PeerTableTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Every_edge_names_the_same_owner_and_keys_are_spread()
    {
        var tables = Enumerable.Range(0, 4).Select(self => Table($"e{self}")).ToArray();
        var owned = new int[4];

        for (var i = 0; i < 1000; i++)
        {
            var key = new CacheKey((ulong)i * 0x9E3779B97F4A7C15, (ulong)i);
            var owners = tables.Select((table, self) => table.AskedFor(key, out _)?.Name ?? $"e{self}").Distinct();
            owned[owners.Single()[1] - '0']++;
        }

        Assert.All(owned, count => Assert.InRange(count, 150, 350));
    }

    [Fact]
    public void An_owner_that_rests_or_has_too_much_on_its_way_is_passed_over_for_the_next_in_line()
    {
        var table = Table("e9", "e9");
        var key = new CacheKey(1, 2);
        var owner = table.AskedFor(key, out _)!;

        owner.State.Rest(TimeSpan.FromSeconds(5));
        var next = table.AskedFor(key, out var isPassedOver)!;
        Assert.NotEqual(owner.Name, next.Name);
        Assert.False(isPassedOver);

        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Same(owner, table.AskedFor(key, out _));
        for (var i = 0; i < 14; i++)
        {
            owner.State.Load.Enter();
        }
        Assert.Equal(next.Name, table.AskedFor(key, out isPassedOver)!.Name);
        Assert.True(isPassedOver);
    }

    private PeerTable Table(string self, params string[] more) => new(self,
        [.. new[] { "e0", "e1", "e2", "e3" }.Concat(more).Select(name =>
            new PeerNode(name, "http://127.0.0.1:1", "", name != "e9", new PeerState(_time)))]);
}
