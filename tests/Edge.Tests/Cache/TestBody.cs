using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Memory;

namespace Flickr.Edge.Tests.Cache;

/// <summary>Bodies that can be checked byte by byte from the key alone.</summary>
internal static class TestBody
{
    public static CacheKey Key(long number) =>
        new((ulong)number * 0x9E3779B97F4A7C15 ^ 0x5bd1e995, (ulong)number * 0xC2B2AE3D27D4EB4F + 17);

    public static byte[] Make(in CacheKey key, int length, int salt = 0)
    {
        var body = new byte[length];
        // Much faster than a seeded Random: these tests make gigabytes.
        var state = (key.High ^ key.Low) + (ulong)salt;
        var words = MemoryMarshal.Cast<byte, ulong>(body.AsSpan());
        for (var i = 0; i < words.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            words[i] = state ^ (state >> 29);
        }
        body.AsSpan(words.Length * sizeof(ulong)).Fill((byte)(state >> 40));
        if (length >= 4)
        {
            BinaryPrimitives.WriteInt32LittleEndian(body, salt);
        }
        return body;
    }

    public static CommitOutcome Store(
        MemoryTier tier, in CacheKey key, ReadOnlySpan<byte> body, long fillSequence = 1, bool lengthKnown =
            true, string head = "head")
    {
        using var builder = tier.StartBody(key, lengthKnown ? body.Length : null);
        Assert.True(builder.TryAppend(body));
        return builder.Commit(System.Text.Encoding.UTF8.GetBytes(head), fillSequence);
    }

    public static byte[] Read(in CachedObjectLease lease)
    {
        var body = new byte[lease.Length];
        Assert.Equal(body.Length, lease.CopyTo(0, body));
        return body;
    }

    public static byte[]? Find(MemoryTier tier, in CacheKey key)
    {
        if (!tier.TryGet(key, out var lease))
        {
            return null;
        }
        using (lease)
        {
            return Read(lease);
        }
    }
}
