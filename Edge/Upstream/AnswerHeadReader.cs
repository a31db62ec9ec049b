using System.Buffers;
using System.Text;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>What the bytes at the start of an answer are.</summary>
internal enum HeadReading
{
    /// <summary>Not all of a head yet.</summary>
    Incomplete,

    /// <summary>A head.</summary>
    Whole,

    /// <summary>No head of HTTP/1, or one with two readings.</summary>
    Malformed,
}

/// <summary>
/// Reads the head of an answer from bytes (RFC 9112). One reading or none: two lengths, a length beside chunks,
/// folded lines, white space before a colon, bare CR and control characters are refused, because what would be
/// made of them differs from hop to hop. A line that ends with LF alone is taken, as section 2.2 allows: the head
/// is written anew for the client. Pure.
/// </summary>
internal static class AnswerHeadReader
{
    private const int LinesMax = 128;

    private static readonly SearchValues<byte> NotInValue = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(code => code != 9).Select(code => (byte)code), 0x7f]);

    /// <summary>Reads one head.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="isToHead">Whether the request was HEAD: its answer has no body, whatever it says.</param>
    /// <param name="head">The head, when it is whole.</param>
    /// <param name="used">Bytes of the head.</param>
    public static HeadReading Read(ReadOnlySpan<byte> bytes, bool isToHead, out AnswerHead? head, out int used)
    {
        head = null;
        used = 0;
        var rest = bytes;
        if (!TryLine(ref rest, out var line))
        {
            return MayBeStatusLine(bytes) ? HeadReading.Incomplete : HeadReading.Malformed;
        }
        if (!TryStatus(line, out var status, out var minor))
        {
            return HeadReading.Malformed;
        }
        var lines = new List<HeaderLine>(16);
        while (true)
        {
            if (!TryLine(ref rest, out line))
            {
                return HeadReading.Incomplete;
            }
            if (line.IsEmpty)
            {
                break;
            }
            if (lines.Count == LinesMax || !TryField(line, out var field))
            {
                return HeadReading.Malformed;
            }
            lines.Add(field);
        }
        used = bytes.Length - rest.Length;
        head = Judge(status, minor, HeaderBlock.Of(lines), isToHead);
        return head is null ? HeadReading.Malformed : HeadReading.Whole;
    }

    private static AnswerHead? Judge(int status, int minor, HeaderBlock fields, bool isToHead)
    {
        long? length = null;
        if (fields.Contains("Content-Length"))
        {
            var text = fields.First("Content-Length")!;
            if (fields.CountOf("Content-Length") > 1 || text.Length is 0 or > 18
                || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                return null;
            }
            length = long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        }
        var coding = fields.Joined("Transfer-Encoding");
        if (coding is not null && (length is not null || minor == 0))
        {
            return null; // two readings of one body: the raw material of response splitting
        }
        var isChunked = coding is not null && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        if (coding is not null && !isChunked && FieldSyntax.ListContains(coding, "chunked"))
        {
            return null; // coded within the chunks, or chunked twice: we asked for neither
        }
        var framing = isToHead || status is < 200 or 204 or 304 ? BodyFraming.None
            : isChunked ? BodyFraming.Chunks
            : coding is null && length is not null ? BodyFraming.Length
            : BodyFraming.UntilClose;
        var keepsAlive = minor == 1 && framing != BodyFraming.UntilClose
            && !(fields.Joined("Connection") is { } connection && FieldSyntax.ListContains(connection, "close"));
        return new AnswerHead(status, fields, framing, length, keepsAlive);
    }

    /// <summary>Takes a line without its end. A CR anywhere but before LF is left in, and refused with the line.</summary>
    private static bool TryLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }
        line = rest[..end];
        rest = rest[(end + 1)..];
        if (line.Length > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }
        return true;
    }

    /// <summary>So that garbage is known at once, not when its first line ends.</summary>
    private static bool MayBeStatusLine(ReadOnlySpan<byte> bytes)
    {
        var name = "HTTP/1."u8;
        var count = Math.Min(bytes.Length, name.Length);
        return bytes[..count].SequenceEqual(name[..count]);
    }

    private static bool TryStatus(ReadOnlySpan<byte> line, out int status, out int minor)
    {
        (status, minor) = (0, 0);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1')
            || line[8] != ' ' || line[9..12].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || (line.Length > 12 && line[12] != ' ') || line.ContainsAny(NotInValue))
        {
            return false;
        }
        minor = line[7] - '0';
        status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + line[11] - '0';
        return status >= 100;
    }

    private static bool TryField(ReadOnlySpan<byte> line, out HeaderLine field)
    {
        field = default;
        var colon = line.IndexOf((byte)':');
        if (colon is <= 0 or > byte.MaxValue)
        {
            return false;
        }
        Span<char> name = stackalloc char[colon];
        Encoding.Latin1.GetChars(line[..colon], name);
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (!FieldSyntax.IsToken(name) || value.ContainsAny(NotInValue))
        {
            return false;
        }
        field = new HeaderLine(KnownNames.Of(name), Encoding.Latin1.GetString(value));
        return true;
    }
}
