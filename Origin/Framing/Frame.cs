using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Flickr.Origin.Framing;

/// <summary>
/// One call, or one answer, on a connection between nodes. Many are under way at once; the number ties them together. Numbers
/// are little-endian.
/// <code>
/// offset size
///      0    4  length of the body in bytes
///      4    4  number of the call
///      8    1  operation (FrameOperation); the answer repeats it, or is Failed
///      9    n  body
/// </code>
/// </summary>
internal readonly record struct Frame(uint Number, FrameOperation Operation, ReadOnlyMemory<byte> Body)
{
    public const int HeadBytes = 9;

    /// <summary>Longer bodies go by HTTP, so that one of them does not hold up many small calls.</summary>
    public const int BodyBytesMax = 512 << 10;

    public void Write(PipeWriter writer)
    {
        var head = writer.GetSpan(HeadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)Body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Number);
        head[8] = (byte)Operation;
        writer.Advance(HeadBytes);
        writer.Write(Body.Span);
    }

    /// <summary>The next whole frame; null at the end of the connection.</summary>
    /// <exception cref="InvalidDataException">A body is longer than allowed.</exception>
    public static async ValueTask<Frame?> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (TryRead(ref buffer, out var frame))
            {
                reader.AdvanceTo(buffer.Start);
                return frame;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                return null;
            }
        }
    }

    private static bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        frame = default;
        if (buffer.Length < HeadBytes)
        {
            return false;
        }
        Span<byte> head = stackalloc byte[HeadBytes];
        buffer.Slice(0, HeadBytes).CopyTo(head);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length > BodyBytesMax + 1024)
        {
            throw new InvalidDataException($"A frame of {length} bytes.");
        }
        if (buffer.Length < HeadBytes + length)
        {
            return false;
        }
        frame = new Frame(BinaryPrimitives.ReadUInt32LittleEndian(head[4..]), (FrameOperation)head[8],
            buffer.Slice(HeadBytes, length).ToArray());
        buffer = buffer.Slice(HeadBytes + length);
        return true;
    }
}

/// <summary>What a frame asks. The numbers travel between nodes of different versions: never reuse one.</summary>
internal enum FrameOperation : byte
{
    Failed = 0,
    Probe = 1,
    Put = 2,
    Touch = 3,
    Delete = 4,
    FindLink = 5,
    PutLink = 6,
    PutLinkTombstone = 7,
}
