using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.ControlPlane.Audit;

/// <summary>
/// One line of the audit log. Its hash covers the line and the hash before it, so that no line can be changed
/// or left out.
/// </summary>
public sealed record AuditRow
{
    /// <summary>Its number, from 1 without a gap.</summary>
    public long Sequence { get; init; }

    /// <summary>When, Unix milliseconds.</summary>
    public long AtMs { get; init; }

    /// <summary>Who: a role, <c>edge:id</c> or <c>system</c>.</summary>
    public string Actor { get; init; } = "";

    /// <summary>What was done.</summary>
    public string Action { get; init; } = "";

    /// <summary>To what. Never key material.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Hex SHA-256 over the previous hash and this line.</summary>
    public string Hash { get; init; } = "";

    /// <summary>
    /// The hash that this line must have after <paramref name="previous"/>: SHA-256 over the previous hash,
    /// sequence, time,
    /// actor, action and detail; numbers as 8 bytes, texts as UTF-8 behind their length in 4 bytes,
    /// little-endian.
    /// </summary>
    public string HashAfter(string previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, previous);
        Add(hash, Sequence);
        Add(hash, AtMs);
        Add(hash, Actor);
        Add(hash, Action);
        Add(hash, Detail);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
