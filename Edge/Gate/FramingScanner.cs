using System.Buffers;

namespace Flickr.Edge.Gate;

/// <summary>
/// Follows the framing of the requests on one connection and says how many of the bytes at hand the server
/// may see. Not thread-safe; one per connection.
/// </summary>
/// <remarks>
/// The server sees a head as it comes in, so that its own limits and timers work, except for the head's last
/// line: that is shown only when the whole head was found good. It never acts before that line. The next head
/// is not looked at before the server has taken in everything approved, so that a good request is answered
/// before a bad one behind it is refused.
/// </remarks>
internal sealed class FramingScanner(GateOptions options)
{
    private HeadJudge _head;
    private Phase _phase;
    private long _scanned;
    private long _remaining;
    private int _emptyLines;
    private int _extensionBytes;
    private int _trailerLines;
    private byte[]? _scratch;

    private enum Phase
    {
        BeforeRequest,
        Fields,
        Length,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailers,
    }

    /// <summary>Why the bytes after the approved ones are refused; None while all is well.</summary>
    public GateRefusal Refusal { get; private set; }

    /// <summary>
    /// Whether the refusal concerns a head (nothing of it needs to be shown) rather than a body.
    /// </summary>
    public bool IsHeadRefused => Refusal != GateRefusal.None && _phase is Phase.BeforeRequest or Phase.Fields;

    /// <summary>Bytes at the start of the buffer that are approved and were not taken in yet.</summary>
    public long Scanned => _scanned;

    /// <summary>The next byte begins a request, and nothing before it waits to be taken in.</summary>
    public bool IsAtBoundary => _phase == Phase.BeforeRequest && _scanned == 0 && _emptyLines == 0;

    /// <summary>The server took in that many bytes.</summary>
    public void Consumed(long bytes) => _scanned = Math.Max(0, _scanned - bytes);

    /// <summary>
    /// How many bytes of the buffer the server may see. <paramref name="buffer"/> begins at the first byte
    /// not taken in.
    /// </summary>
    public long Approve(in ReadOnlySequence<byte> buffer)
    {
        while (Refusal == GateRefusal.None)
        {
            switch (_phase)
            {
                case Phase.Length or Phase.ChunkData:
                    if (!PassBody(buffer.Length))
                    {
                        return _scanned;
                    }
                    break;
                case Phase.BeforeRequest when _scanned > 0:
                    return _scanned;
                default:
                    if (!TryTakeLine(buffer, out var isPartialShown))
                    {
                        return isPartialShown ? buffer.Length : _scanned;
                    }
                    break;
            }
        }
        return _scanned;
    }

    private bool PassBody(long available)
    {
        var taken = Math.Min(_remaining, available - _scanned);
        _scanned += taken;
        _remaining -= taken;
        if (_remaining > 0)
        {
            return false;
        }
        _phase = _phase == Phase.Length ? Phase.BeforeRequest : Phase.ChunkEnd;
        return true;
    }

    /// <summary>Takes one whole line; false when it is not whole yet, or refused.</summary>
    private bool TryTakeLine(in ReadOnlySequence<byte> buffer, out bool isPartialShown)
    {
        isPartialShown = false;
        var rest = buffer.Slice(_scanned);
        if (rest.PositionOf((byte)'\n') is not { } end)
        {
            JudgePartial(rest, out isPartialShown);
            return false;
        }
        var line = rest.Slice(0, end);
        var span = line.IsSingleSegment ? line.FirstSpan : Flatten(line);
        Refusal = span.Length > 0 && span[^1] == '\r' && !span[..^1].Contains((byte)'\r')
            ? Judge(span[..^1])
            : GateRefusal.LineEnd;
        _scanned += Refusal == GateRefusal.None ? span.Length + 1 : 0;
        return Refusal == GateRefusal.None;
    }

    /// <summary>
    /// A line of a head is shown while it grows: the server does not take in parts of one, but counts its
    /// bytes and its time. An empty line and the lines inside a body are not: of those it does take in parts.
    /// </summary>
    private void JudgePartial(in ReadOnlySequence<byte> rest, out bool isShown)
    {
        isShown = rest.Length > 0 && _phase is Phase.BeforeRequest or Phase.Fields
            && rest.FirstSpan[0] != '\r';
        if (_phase is Phase.ChunkSize or Phase.ChunkEnd or Phase.Trailers
            && rest.Length > options.ChunkLineBytesMax)
        {
            Refusal = GateRefusal.Chunk;
        }
    }

    private GateRefusal Judge(ReadOnlySpan<byte> line)
    {
        switch (_phase)
        {
            case Phase.BeforeRequest:
                return JudgeRequestLine(line);
            case Phase.Fields:
                return line.Length > 0 ? _head.Field(line) : EndHead();
            case Phase.ChunkSize:
                return JudgeChunkSize(line);
            case Phase.ChunkEnd:
                _phase = Phase.ChunkSize;
                return line.Length == 0 ? GateRefusal.None : GateRefusal.Chunk;
            default:
                return JudgeTrailer(line);
        }
    }

    private GateRefusal JudgeRequestLine(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0)
        {
            return ++_emptyLines > options.EmptyLinesMax ? GateRefusal.EmptyLines : GateRefusal.None;
        }
        _emptyLines = 0;
        var refusal = _head.Start(line);
        if (refusal == GateRefusal.None)
        {
            _phase = Phase.Fields;
        }
        return refusal;
    }

    private GateRefusal EndHead()
    {
        var refusal = _head.End();
        if (refusal != GateRefusal.None)
        {
            return refusal;
        }
        _remaining = Math.Max(0, _head.ContentLength);
        _extensionBytes = 0;
        _trailerLines = 0;
        _phase = _head.IsChunked ? Phase.ChunkSize : _remaining > 0 ? Phase.Length : Phase.BeforeRequest;
        return GateRefusal.None;
    }

    /// <summary><c>1*HEXDIG [ ";" extension ]</c>, no white space before the semicolon.</summary>
    private GateRefusal JudgeChunkSize(ReadOnlySpan<byte> line)
    {
        var semicolon = line.IndexOf((byte)';');
        var digits = semicolon < 0 ? line : line[..semicolon];
        _extensionBytes += line.Length - digits.Length;
        if (line.Length > options.ChunkLineBytesMax || _extensionBytes > options.ChunkExtensionBytesMax
            || digits.Length is 0 or > 15 || line[digits.Length..].ContainsAnyInRange((byte)0, (byte)31))
        {
            return GateRefusal.Chunk;
        }
        long size = 0;
        foreach (var digit in digits)
        {
            if (!TargetJudge.TryHex(digit, out var value))
            {
                return GateRefusal.Chunk;
            }
            size = (size << 4) | (uint)value;
        }
        _remaining = size;
        _phase = size > 0 ? Phase.ChunkData : Phase.Trailers;
        return GateRefusal.None;
    }

    private GateRefusal JudgeTrailer(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0)
        {
            _phase = Phase.BeforeRequest;
            return GateRefusal.None;
        }
        return ++_trailerLines > options.TrailerLinesMax ? GateRefusal.Trailer : HeadJudge.Trailer(line);
    }

    /// <summary>A line that lies over two segments, in one piece.</summary>
    private ReadOnlySpan<byte> Flatten(in ReadOnlySequence<byte> line)
    {
        var length = checked((int)line.Length);
        if (_scratch is null || _scratch.Length < length)
        {
            _scratch = new byte[Math.Max(length, 1024)];
        }
        line.CopyTo(_scratch);
        return _scratch.AsSpan(0, length);
    }
}
