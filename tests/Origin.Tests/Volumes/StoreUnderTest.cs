using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Flickr.Origin.Tests.Volumes;

/// <summary>A node's store over a hostile disk, with the list of what was acknowledged.</summary>
internal sealed class StoreUnderTest : IDisposable
{
    public StoreUnderTest(IVolumeDisk disk, long volumeBytesMax = 1 << 20, long checkpointBytes = 16 << 10)
    {
        Metrics = new OriginMetrics();
        Store = new NodeStore(disk, OptionsOf(volumeBytesMax, checkpointBytes), "node", TimeProvider.System, Metrics, NullLogger.Instance);
    }

    public OriginMetrics Metrics { get; }

    public NodeStore Store { get; }

    public Dictionary<Digest, byte[]> Acknowledged { get; } = [];

    public async Task<StoreVerdict> PutAsync(byte[] bytes)
    {
        var verdict = await Store.PutAsync(Digest.OfBytes(bytes), 1, new Payload(bytes), null);
        if (verdict is StoreVerdict.Stored or StoreVerdict.Existed)
        {
            lock (Acknowledged)
            {
                Acknowledged[Digest.OfBytes(bytes)] = bytes;
            }
        }
        return verdict;
    }

    /// <summary>Null when the store does not serve it; never wrong bytes.</summary>
    public async Task<byte[]?> GetAsync(Digest id)
    {
        await using var source = await Store.OpenAsync(id, CancellationToken.None);
        if (source is null)
        {
            return null;
        }
        using var bytes = new MemoryStream();
        await source.CopyAsync(0, source.Length, bytes, CancellationToken.None);
        Assert.Equal(id, Digest.OfBytes(bytes.ToArray()));
        return bytes.ToArray();
    }

    public async Task HasAll(IEnumerable<KeyValuePair<Digest, byte[]>> acknowledged, string when)
    {
        foreach (var (id, bytes) in acknowledged)
        {
            var got = await GetAsync(id);
            Assert.True(got is not null && got.AsSpan().SequenceEqual(bytes), $"an acknowledged blob is lost: {when}: {id}, {bytes.Length} bytes, "
                + $"{Store.Probe(id)}, volumes {string.Join(' ', Store.Volumes.Volumes.Select(v => (v.Number, v.End, v.IsSealed)))}, "
                + $"{Store.Blobs.Count} blobs of {acknowledged.Count()}");
        }
    }

    public void Dispose() => Store.Dispose();

    private static VolumeOptions OptionsOf(long volumeBytesMax, long checkpointBytes) => new()
    {
        VolumeBytesMax = volumeBytesMax,
        AllocateBytes = 32 << 10,
        CheckpointBytes = checkpointBytes,
        ReserveBytes = 0,
    };
}
