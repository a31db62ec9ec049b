using CsCheck;
using Flickr.Edge.Cache;
using Flickr.Edge.Peers;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Peers;

public sealed class HotKeysTests
{
    private static readonly Gen<int[]> Asks = Gen.Int[0, 40].Array[1, 400];

    [Fact]
    public void What_is_said_is_never_more_than_what_was_asked_and_close_below_for_what_is_asked_often() =>
        Asks.Sample(asks =>
        {
            const int Places = 16;
            var counted = new HotKeys(Places, TimeSpan.FromMinutes(1), new FakeTimeProvider());
            var exact = new Dictionary<int, int>();
            foreach (var ask in asks)
            {
                exact[ask] = exact.GetValueOrDefault(ask) + 1;
                Assert.InRange(counted.Add(new CacheKey((ulong)ask, 7)), 1, exact[ask]);
            }
            var top = counted.Top(Places).Select(place => (int)place.Key.High).ToHashSet();
            foreach (var (key, count) in exact)
            {
                Assert.True(count <= asks.Length / Places || top.Contains(key), $"{key} was asked {count} times");
            }
            Assert.True(counted.Count <= Places);
        });

    [Fact]
    public void A_key_cools_down()
    {
        var time = new FakeTimeProvider();
        var counted = new HotKeys(16, TimeSpan.FromMinutes(1), time);
        for (var i = 0; i < 8; i++)
        {
            counted.Add(new CacheKey(1, 1));
        }
        counted.Add(new CacheKey(2, 2));

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(3, counted.Add(new CacheKey(1, 1)));
        Assert.Equal(1, counted.Count);
    }
}
