using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Flickr.Edge.Headers;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Cache;

/// <summary>
/// All that is kept of an object beside its body: the HTTP head, and what invalidations and access rules can
/// name of it.
/// Immutable. The tiers hold it parsed (RAM) and as the bytes below (RAM and log).
/// </summary>
/// <param name="Http">Status, fields and lifetimes. Status 0 is a marker: it says only on which fields the
/// object varies.</param>
/// <param name="Facts">Address, tags, owner and visibility.</param>
/// <param name="Class">Class by path, whose rules judge its reuse.</param>
/// <remarks>
/// Layout, numbers little-endian:
/// <code>
/// offset bytes  what
/// 0      1      layout version, 1
/// 1      1      class
/// 2      1      flags: 1 private, 2 has an owner
/// 3      8      owner epoch
/// 11     2+n    host     (UTF-8, as all texts here)
/// …      2+n    path
/// …      2+n    owner
/// …      2      number of tags, then 2+n for each
/// …      …      HTTP head (<see cref="StoredHead"/>)
/// </code>
/// </remarks>
internal sealed record ObjectHead(StoredHead Http, ObjectFacts Facts, ObjectClass Class)
{
    private const byte LayoutVersion = 1;
    private const int FixedByteCount = 11;

    /// <summary>Whether this only says on which request fields the object varies.</summary>
    public bool IsVaryMarker => Http.Status == 0;

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public int ByteCount
    {
        get
        {
            var bytes = FixedByteCount + 2 + Sized(Facts.Host) + Sized(Facts.Path) + Sized(Facts.Owner ?? "");
            foreach (var tag in Tags)
            {
                bytes += Sized(tag);
            }
            return bytes + Http.ByteCount;
        }
    }

    private ImmutableArray<string> Tags => Facts.Tags.IsDefault ? [] : Facts.Tags;

    /// <summary>
    /// Writes the layout above; <paramref name="destination"/> holds at least <see cref="ByteCount"/> bytes.
    /// </summary>
    public int WriteTo(Span<byte> destination)
    {
        destination[0] = LayoutVersion;
        destination[1] = (byte)Class;
        destination[2] = (byte)((Facts.IsPrivate ? 1 : 0) | (Facts.Owner is null ? 0 : 2));
        BinaryPrimitives.WriteInt64LittleEndian(destination[3..], Facts.OwnerEpoch);
        var at = FixedByteCount;
        at += WriteText(destination[at..], Facts.Host);
        at += WriteText(destination[at..], Facts.Path);
        at += WriteText(destination[at..], Facts.Owner ?? "");
        BinaryPrimitives.WriteUInt16LittleEndian(destination[at..], (ushort)Tags.Length);
        at += 2;
        foreach (var tag in Tags)
        {
            at += WriteText(destination[at..], tag);
        }
        return at + Http.WriteTo(destination[at..]);
    }

    /// <summary>
    /// Reads what <see cref="WriteTo"/> wrote; null when the bytes are not such a head, whole.
    /// </summary>
    public static ObjectHead? ReadFrom(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedByteCount || source[0] != LayoutVersion
            || source[1] > (byte)ObjectClass.Metadata)
        {
            return null;
        }
        var (objectClass, flags) = ((ObjectClass)source[1], source[2]);
        var epoch = BinaryPrimitives.ReadInt64LittleEndian(source[3..]);
        var rest = source[FixedByteCount..];
        if (!TryText(ref rest, out var host) || !TryText(ref rest, out var path)
            || !TryText(ref rest, out var owner)
            || rest.Length < 2)
        {
            return null;
        }
        var tags = new string[BinaryPrimitives.ReadUInt16LittleEndian(rest)];
        rest = rest[2..];
        for (var i = 0; i < tags.Length; i++)
        {
            if (!TryText(ref rest, out tags[i]))
            {
                return null;
            }
        }
        var facts = new ObjectFacts(host, path, ImmutableArray.Create(tags), (flags & 2) != 0 ? owner : null,
            epoch, (flags & 1) != 0);
        return StoredHead.ReadFrom(rest, out _) is { } http ? new ObjectHead(http, facts, objectClass) : null;
    }

    private static int Sized(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    private static int WriteText(Span<byte> destination, string text)
    {
        var count = Encoding.UTF8.GetBytes(text, destination[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)count);
        return 2 + count;
    }

    private static bool TryText(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (rest.Length < 2)
        {
            return false;
        }
        var count = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (rest.Length < 2 + count)
        {
            return false;
        }
        text = Encoding.UTF8.GetString(rest.Slice(2, count));
        rest = rest[(2 + count)..];
        return true;
    }
}
