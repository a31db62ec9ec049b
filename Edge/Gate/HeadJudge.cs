using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Flickr.Edge.Gate;

/// <summary>
/// Judges the lines of one HTTP/1 request head as bytes, by the letter of RFC 9112: what other servers are
/// lenient about is where two servers read two requests out of one. A reusable value: <see cref="Start"/>
/// forgets the last request.
/// </summary>
internal struct HeadJudge
{
    private static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// Control characters but HTAB: none belongs into a field value (RFC 9110 section 5.5).
    /// </summary>
    private static readonly SearchValues<byte> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(value => value != '\t').Select(value => (byte)value), 127]);

    private bool _isHttp10;
    private bool _isRead;
    private int _hosts;

    /// <summary>Content-Length, or -1 without one.</summary>
    public long ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Judges a request line (without its line end) and begins a new head.</summary>
    public GateRefusal Start(ReadOnlySpan<byte> line)
    {
        ContentLength = -1;
        IsChunked = false;
        _hosts = 0;
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || line[..first].ContainsAnyExcept(Token))
        {
            return GateRefusal.RequestLine;
        }
        var version = line[(last + 1)..];
        _isHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!_isHttp10 && !version.SequenceEqual("HTTP/1.1"u8))
        {
            return GateRefusal.RequestLine;
        }
        var method = line[..first];
        _isRead = method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8);
        // CONNECT asks for a tunnel, which no site of ours has.
        return method.SequenceEqual("CONNECT"u8) ? GateRefusal.RequestLine
            : TargetJudge.Judge(line[(first + 1)..last]);
    }

    /// <summary>Judges a field line (without its line end).</summary>
    public GateRefusal Field(ReadOnlySpan<byte> line)
    {
        if (!TrySplit(line, out var name, out var value))
        {
            return GateRefusal.FieldLine;
        }
        switch (name.Length)
        {
            case 4 when Ascii.EqualsIgnoreCase(name, "host"u8):
                return ++_hosts > 1 ? GateRefusal.Host : GateRefusal.None;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                return TakeContentLength(value);
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                return TakeTransferEncoding(value);
            default:
                return GateRefusal.None;
        }
    }

    /// <summary>Judges the head as a whole, at its empty line.</summary>
    public readonly GateRefusal End()
    {
        if (IsChunked && ContentLength >= 0)
        {
            return GateRefusal.LengthAndEncoding;
        }
        if (IsChunked && _isHttp10)
        {
            return GateRefusal.EncodingInHttp10;
        }
        if (_isRead && (IsChunked || ContentLength > 0))
        {
            return GateRefusal.BodyOnRead;
        }
        return _hosts == 0 && !_isHttp10 ? GateRefusal.Host : GateRefusal.None;
    }

    /// <summary>
    /// Judges a trailer line: a field line, and none that has a part in framing or routing.
    /// </summary>
    public static GateRefusal Trailer(ReadOnlySpan<byte> line) =>
        TrySplit(line, out var name, out _) && !Ascii.EqualsIgnoreCase(name, "content-length"u8)
        && !Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8) && !Ascii.EqualsIgnoreCase(name, "host"u8)
            ? GateRefusal.None
            : GateRefusal.Trailer;

    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name,
        out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        name = colon > 0 ? line[..colon] : [];
        value = colon > 0 ? line[(colon + 1)..].Trim(" \t"u8) : [];
        // A folded line begins with a space and so has no token for a name.
        return colon > 0 && !name.ContainsAnyExcept(Token) && !line[colon..].ContainsAny(Control);
    }

    private GateRefusal TakeContentLength(ReadOnlySpan<byte> value)
    {
        if (ContentLength >= 0 || value.Length is 0 or > 18
            || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(value, out long length, out _))
        {
            return GateRefusal.ContentLength;
        }
        ContentLength = length;
        return GateRefusal.None;
    }

    private GateRefusal TakeTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
        {
            return GateRefusal.TransferEncoding;
        }
        IsChunked = true;
        return GateRefusal.None;
    }
}
