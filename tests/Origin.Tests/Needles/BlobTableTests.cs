using CsCheck;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Needles;

public sealed class BlobTableTests
{
    [Fact]
    public void The_table_behaves_as_a_dictionary_under_any_sequence_of_changes() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3], Gen.Long[1, 1_000_000]).List[0, 1_500].Sample(steps =>
        {
            var table = new BlobTable();
            var model = new Dictionary<Digest, BlobEntry>();
            foreach (var (number, action, generation) in steps)
            {
                var id = Digest.OfBytes(BitConverter.GetBytes(number));
                if (action == 0)
                {
                    Assert.Equal(model.Remove(id), table.Remove(id));
                    continue;
                }
                var entry = new BlobEntry(new RecordLocation(number + 1, (uint)generation, uint.MaxValue), generation,
                    (BlobFlags)(generation % 4));
                table.Set(id, entry);
                model[id] = entry;
            }
            Assert.Equal(model.Count, table.Count);
            Assert.Equal(model.OrderBy(pair => pair.Key), table.ToArray().OrderBy(pair => pair.Key));
            for (var number = 0; number <= 400; number++)
            {
                var id = Digest.OfBytes(BitConverter.GetBytes(number));
                Assert.Equal(model.TryGetValue(id, out var expected), table.TryGet(id, out var entry));
                Assert.Equal(expected, entry);
            }
        }, iter: 200);

    [Fact]
    public void A_hundred_thousand_entries_take_at_most_64_bytes_each()
    {
        var ids = Enumerable.Range(0, 100_000).Select(i => Digest.OfBytes(BitConverter.GetBytes(i))).ToArray();
        var table = new BlobTable();
        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Set(ids[0], default);
        var held = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < ids.Length; i++)
        {
            table.Set(ids[i], new BlobEntry(new RecordLocation(1, (uint)i, 9), i, BlobFlags.None));
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - held) / (double)ids.Length;
        Assert.True(bytes <= 64, $"{bytes:F1} bytes an entry");
        Assert.True(table.TryGet(ids[99_999], out var last) && last.Generation == 99_999);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > before);
    }
}
