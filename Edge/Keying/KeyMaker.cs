using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Flickr.Edge.Cache;
using Flickr.Edge.Variants;

namespace Flickr.Edge.Keying;

/// <summary>
/// Makes cache keys: the first 128 bits of a SHA-256 over host, canonical path and key query, one line each.
/// A plain fast hash could be collided on purpose, and the tiers compare nothing but these bits. A token is
/// never part of it.
/// </summary>
internal static class KeyMaker
{
    /// <summary>The key of an address, without a variant.</summary>
    /// <param name="host">Host header in lower case.</param>
    /// <param name="path">Canonical path.</param>
    /// <param name="query">The part of the query that counts, or empty.</param>
    public static CacheKey Primary(string host, string path, string query)
    {
        var characters = host.Length + path.Length + query.Length + 2;
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(characters));
        var at = Encoding.UTF8.GetBytes(host, rented);
        rented[at++] = (byte)'\n';
        at += Encoding.UTF8.GetBytes(path, rented.AsSpan(at));
        rented[at++] = (byte)'\n';
        at += Encoding.UTF8.GetBytes(query, rented.AsSpan(at));
        var key = Hash(rented.AsSpan(0, at));
        ArrayPool<byte>.Shared.Return(rented);
        return key;
    }

    /// <summary>The key of a variant of an address.</summary>
    public static CacheKey Variant(in CacheKey primary, in VariantKey variant)
    {
        var bytes = new byte[CacheKey.Size + Encoding.UTF8.GetMaxByteCount(variant.Canonical.Length)];
        primary.Write(bytes);
        var count = Encoding.UTF8.GetBytes(variant.Canonical, bytes.AsSpan(CacheKey.Size));
        return Hash(bytes.AsSpan(0, CacheKey.Size + count));
    }

    /// <summary>
    /// The key of a part of an object: of the stored one, or (with the request's range fields) of a fill.
    /// </summary>
    public static CacheKey Part(in CacheKey whole, string range = "") =>
        Variant(whole, new VariantKey("\npart\n" + range));

    private static CacheKey Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return CacheKey.Read(digest);
    }
}
