using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Framing;

/// <summary>
/// Bodies of frames.
/// <code>
/// probe, touch, delete, put: 32 digest, 8 generation, 1 length of the hint's node, the node, then for put the bytes
/// find link:                 the path
/// put link (or tombstone):   as put with the path's digest, then the link as JSON
/// answer to a probe:         8 generation, 8 length, 1 bits: present 1, deleted 2, damaged 4
/// answer to find link:       the fact as JSON
/// answer to any write:       1 verdict (StoreVerdict)
/// </code>
/// </summary>
internal static class FrameBody
{
    private const int FixedBytes = Digest.Size + 8 + 1;

    public static byte[] Write(Digest key, long generation, string? hintFor, Payload payload)
    {
        var node = hintFor is null ? [] : Encoding.UTF8.GetBytes(hintFor);
        var body = new byte[FixedBytes + node.Length + payload.Length];
        key.Write(body);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(Digest.Size), generation);
        body[FixedBytes - 1] = (byte)node.Length;
        node.CopyTo(body, FixedBytes);
        for (var done = 0; done < payload.Length;)
        {
            var read = payload.Read(done, body.AsSpan(FixedBytes + node.Length + done));
            if (read == 0)
            {
                throw new EndOfStreamException("A payload is shorter than it says.");
            }
            done += read;
        }
        return body;
    }

    public static bool TryRead(
        ReadOnlyMemory<byte> body, out Digest key, out long generation, out string? hintFor, out ReadOnlyMemory<byte> payload)
    {
        (key, generation, hintFor, payload) = (default, 0, null, default);
        var span = body.Span;
        if (span.Length < FixedBytes || span.Length < FixedBytes + span[FixedBytes - 1])
        {
            return false;
        }
        key = Digest.Read(span);
        generation = BinaryPrimitives.ReadInt64LittleEndian(span[Digest.Size..]);
        int node = span[FixedBytes - 1];
        hintFor = node == 0 ? null : Encoding.UTF8.GetString(span.Slice(FixedBytes, node));
        payload = body[(FixedBytes + node)..];
        return true;
    }

    public static byte[] OfFact(BlobFact fact)
    {
        var body = new byte[17];
        BinaryPrimitives.WriteInt64LittleEndian(body, fact.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(8), fact.Length);
        body[16] = (byte)((fact.IsPresent ? 1 : 0) | (fact.IsDeleted ? 2 : 0) | (fact.IsDamaged ? 4 : 0));
        return body;
    }

    public static BlobFact ReadFact(ReadOnlySpan<byte> body) => body.Length != 17
        ? throw new InvalidDataException("An answer that is no fact.")
        : new BlobFact(BinaryPrimitives.ReadInt64LittleEndian(body), BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            (body[16] & 1) != 0, (body[16] & 2) != 0, (body[16] & 4) != 0);

    public static byte[] OfLink(LinkFact fact) => JsonSerializer.SerializeToUtf8Bytes(fact, PeerJson.Default.LinkFact);

    public static LinkFact ReadLink(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, PeerJson.Default.LinkFact) ?? throw new InvalidDataException("An empty fact.");
}
