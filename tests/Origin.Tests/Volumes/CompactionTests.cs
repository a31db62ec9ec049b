using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Volumes;

public sealed class CompactionTests
{
    [Fact]
    public async Task Deleted_bytes_leave_the_disk_and_everything_alive_stays()
    {
        var disk = new ForgetfulDisk();
        using var store = new StoreUnderTest(disk, 64 << 10);
        var blobs = Enumerable.Range(0, 60).Select(i => BytesOf(i, 3_000)).ToList();
        foreach (var bytes in blobs)
        {
            await store.PutAsync(bytes);
        }
        await store.Store.PutLinkAsync("/u/a", 1, Link(blobs[1]), false, null);
        var before = disk.List().Sum(disk.LengthOf);
        foreach (var bytes in blobs.Where((_, i) => i % 3 != 0))
        {
            Assert.Equal(StoreVerdict.Stored, await store.Store.DeleteAsync(Digest.OfBytes(bytes), 5, null));
        }
        var options = new VolumeOptions { CompactionBytesPerSecond = 1L << 40 };

        var dropped = await new Compactor(store.Store, options, TimeProvider.System, store.Metrics).RunAsync(CancellationToken.None);

        var after = disk.List().Sum(disk.LengthOf);
        Assert.True(dropped >= 2, $"{dropped} volumes dropped");
        Assert.True(after < before * 0.7, $"{before} → {after}");
        Assert.True(store.Metrics.CompactedBytes.Value > 0);
        using var reopened = new StoreUnderTest(disk.AfterPowerCut(_ => false), 64 << 10);
        foreach (var (bytes, i) in blobs.Select((bytes, i) => (bytes, i)))
        {
            Assert.Equal(i % 3 == 0 ? bytes : null, await store.GetAsync(Digest.OfBytes(bytes)));
            Assert.Equal(i % 3 == 0 ? bytes : null, await reopened.GetAsync(Digest.OfBytes(bytes)));
            Assert.Equal(i % 3 != 0, reopened.Store.Probe(Digest.OfBytes(bytes)).IsDeleted);
        }
        Assert.NotNull(reopened.Store.FindLink("/u/a").Link);
        // The bytes are gone, so a touch asks for them and a new upload brings them back.
        Assert.Equal(StoreVerdict.BytesMissing, await store.Store.TouchAsync(Digest.OfBytes(blobs[1]), 9, null));
        Assert.Equal(StoreVerdict.Stored, await store.Store.PutAsync(Digest.OfBytes(blobs[1]), 9, new Payload(blobs[1]), null));
        Assert.Equal(blobs[1], await store.GetAsync(Digest.OfBytes(blobs[1])));
    }

    private static byte[] Link(byte[] bytes) => new Flickr.Origin.Links.Link(
        "/u/a", Digest.OfBytes(bytes).ToString(), bytes.Length, "image/png", null, null, false, null, null).ToBytes();

    private static byte[] BytesOf(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
