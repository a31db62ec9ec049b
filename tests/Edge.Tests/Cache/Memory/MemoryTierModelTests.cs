using CsCheck;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache.Memory;

/// <summary>
/// The tier against a dictionary: it may forget, it may never answer with other bytes, and it keeps its
/// limit.
/// </summary>
public sealed class MemoryTierModelTests
{
    private const long BytesMax = 4 << 20;

    [Fact]
    public void It_answers_what_was_stored_last_or_nothing()
    {
        var operation = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 60], Gen.Int[0, 150_000]);
        operation.Array[1, 400].Sample(operations =>
        {
            var tier = new MemoryTier(new EdgeMemoryOptions { BytesMax = BytesMax }, poison: true);
            var model = new Dictionary<int, byte[]>();
            var leases = new Queue<(CachedObjectLease Lease, byte[] Body)>();
            var sequence = 0;
            foreach (var (kind, number, length) in operations)
            {
                var key = TestBody.Key(number);
                switch (kind)
                {
                    case <= 4:
                        var body = TestBody.Make(key, length, ++sequence);
                        Assert.Equal(CommitOutcome.Stored,
                            TestBody.Store(tier, key, body, sequence, length % 2 == 0));
                        model[number] = body;
                        Assert.Equal(body, TestBody.Find(tier, key));
                        break;
                    case 5:
                        tier.Remove(key);
                        model.Remove(number);
                        break;
                    case 6 when tier.TryGet(key, out var lease):
                        leases.Enqueue((lease, model[number]));
                        if (leases.Count > 8)
                        {
                            Check(leases.Dequeue());
                        }
                        break;
                    default:
                        if (TestBody.Find(tier, key) is { } found)
                        {
                            Assert.Equal(model[number], found);
                        }
                        break;
                }
                var now = tier.Statistics;
                Assert.True(now.CommittedBytes + now.MetadataBytes <= BytesMax, $"{now}");
                Assert.Equal(leases.Count, now.Leases);
            }
            while (leases.TryDequeue(out var held))
            {
                Check(held);
            }
            tier.RemoveAll();
            Assert.Equal((0L, 0L), (tier.Statistics.UsedBytes, tier.Statistics.Leases));
        }, iter: 60);
    }

    private static void Check((CachedObjectLease Lease, byte[] Body) held)
    {
        Assert.Equal(held.Body, TestBody.Read(held.Lease));
        held.Lease.Dispose();
    }
}
