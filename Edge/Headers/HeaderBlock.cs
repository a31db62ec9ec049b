using System.Buffers;
using System.Collections;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Headers;

/// <summary>
/// The field lines of one message, in order, several lines of one name kept apart. Immutable and thread-safe.
/// Every char is one byte of the wire (Latin-1), so that what an origin sends in a value passes unchanged;
/// CR, LF and NUL in a value become spaces (RFC 9110 section 5.5).
/// </summary>
/// <remarks>
/// Layout written by <see cref="WriteTo"/>, all numbers little-endian:
/// <code>
/// bytes  what
/// 2      number of lines
/// then for every line
/// 1      known name (1…, see <see cref="KnownNames"/>), or 0: a literal name follows
/// 1+n    only after 0: length of the name, name
/// 3+n    length of the value (24 bits), value
/// </code>
/// </remarks>
internal sealed class HeaderBlock : IReadOnlyList<HeaderLine>
{
    /// <summary>A block without lines.</summary>
    public static readonly HeaderBlock Empty = new([]);

    private static readonly SearchValues<char> Unsafe = SearchValues.Create("\0\r\n");

    private readonly HeaderLine[] _lines;

    private HeaderBlock(HeaderLine[] lines) => _lines = lines;

    public int Count => _lines.Length;

    public HeaderLine this[int index] => _lines[index];

    /// <summary>The lines as a span, for loops that must not allocate.</summary>
    public ReadOnlySpan<HeaderLine> Lines => _lines;

    /// <summary>
    /// The block of these lines. Lines whose name is no token are left out; values are cleaned.
    /// </summary>
    public static HeaderBlock Of(IEnumerable<HeaderLine> lines)
    {
        var kept = new List<HeaderLine>();
        foreach (var line in lines)
        {
            Add(kept, line.Name, line.Value);
        }
        return kept.Count == 0 ? Empty : new HeaderBlock([.. kept]);
    }

    /// <summary>The block of these pairs, for tests and literals.</summary>
    public static HeaderBlock Of(params ReadOnlySpan<(string Name, string Value)> lines)
    {
        var kept = new List<HeaderLine>(lines.Length);
        foreach (var (name, value) in lines)
        {
            Add(kept, name, value);
        }
        return kept.Count == 0 ? Empty : new HeaderBlock([.. kept]);
    }

    /// <summary>
    /// The fields of an upstream answer (general, then content fields), as raw lines: nothing is parsed. The
    /// client must read response headers as Latin-1 (<c>ResponseHeaderEncodingSelector</c>).
    /// </summary>
    public static HeaderBlock From(HttpResponseMessage response)
    {
        var lines = new List<HeaderLine>(24);
        AddAll(lines, response.Headers.NonValidated);
        AddAll(lines, response.Content.Headers.NonValidated);
        return lines.Count == 0 ? Empty : new HeaderBlock([.. lines]);
    }

    /// <summary>The fields of a request or response of ASP.NET Core.</summary>
    public static HeaderBlock From(IHeaderDictionary headers)
    {
        var lines = new List<HeaderLine>(headers.Count);
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                Add(lines, name, value ?? "");
            }
        }
        return lines.Count == 0 ? Empty : new HeaderBlock([.. lines]);
    }

    /// <summary>Whether there is at least one line of this name.</summary>
    public bool Contains(string name) => IndexOf(name, 0) >= 0;

    /// <summary>The value of the first line of this name, or null.</summary>
    public string? First(string name) => IndexOf(name, 0) is >= 0 and var at ? _lines[at].Value : null;

    /// <summary>
    /// The values of all lines of this name joined by <c>", "</c>, or null when there is none.
    /// </summary>
    public string? Joined(string name)
    {
        var first = IndexOf(name, 0);
        if (first < 0)
        {
            return null;
        }
        var next = IndexOf(name, first + 1);
        if (next < 0)
        {
            return _lines[first].Value;
        }
        var joined = new StringBuilder(_lines[first].Value);
        for (; next >= 0; next = IndexOf(name, next + 1))
        {
            joined.Append(", ").Append(_lines[next].Value);
        }
        return joined.ToString();
    }

    /// <summary>All values of this name in order, as ASP.NET Core takes them.</summary>
    public StringValues Values(string name)
    {
        var values = StringValues.Empty;
        for (var at = IndexOf(name, 0); at >= 0; at = IndexOf(name, at + 1))
        {
            values = StringValues.Concat(values, _lines[at].Value);
        }
        return values;
    }

    /// <summary>How many lines have this name.</summary>
    public int CountOf(string name)
    {
        var count = 0;
        for (var at = IndexOf(name, 0); at >= 0; at = IndexOf(name, at + 1))
        {
            count++;
        }
        return count;
    }

    /// <summary>
    /// A block in which all lines of <paramref name="name"/> are replaced by this one, at the end.
    /// </summary>
    public HeaderBlock With(string name, string value)
    {
        var lines = new List<HeaderLine>(_lines.Length + 1);
        foreach (var line in _lines)
        {
            if (!line.Is(name))
            {
                lines.Add(line);
            }
        }
        Add(lines, name, value);
        return new HeaderBlock([.. lines]);
    }

    /// <summary>
    /// A block without the lines that <paramref name="leaveOut"/> says yes to; this block when there are
    /// none.
    /// </summary>
    public HeaderBlock Without(Func<HeaderLine, bool> leaveOut)
    {
        var kept = Array.FindAll(_lines, line => !leaveOut(line));
        return kept.Length == _lines.Length ? this : kept.Length == 0 ? Empty : new HeaderBlock(kept);
    }

    /// <summary>A block without this field; this block when it has none.</summary>
    public HeaderBlock Without(string name) => Contains(name) ? Without(line => line.Is(name)) : this;

    /// <summary>
    /// Appends every line to <paramref name="headers"/>, several lines of one name one after the other.
    /// </summary>
    public void CopyTo(IHeaderDictionary headers)
    {
        foreach (var line in _lines)
        {
            headers[line.Name] = headers.TryGetValue(line.Name, out var already)
                ? StringValues.Concat(already, line.Value)
                : line.Value;
        }
    }

    /// <summary>Bytes that <see cref="WriteTo"/> writes.</summary>
    public int ByteCount
    {
        get
        {
            var bytes = 2;
            foreach (var line in _lines)
            {
                bytes += 4 + line.Value.Length + (KnownNames.IndexOf(line.Name) > 0 ? 0 : 1
                    + line.Name.Length);
            }
            return bytes;
        }
    }

    /// <summary>
    /// Writes the layout above; <paramref name="destination"/> holds at least <see cref="ByteCount"/> bytes.
    /// </summary>
    public int WriteTo(Span<byte> destination) => HeaderBlockLayout.Write(_lines, destination);

    /// <summary>
    /// Reads what <see cref="WriteTo"/> wrote; null when the bytes are not such a block, whole.
    /// </summary>
    public static HeaderBlock? ReadFrom(ReadOnlySpan<byte> source, out int bytesRead) =>
        HeaderBlockLayout.TryRead(source, out var lines, out bytesRead) ? new HeaderBlock(lines) : null;

    public IEnumerator<HeaderLine> GetEnumerator() => ((IEnumerable<HeaderLine>)_lines).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join('\n',
        _lines.Select(line => $"{line.Name}: {line.Value}"));

    private int IndexOf(string name, int from)
    {
        for (var index = from; index < _lines.Length; index++)
        {
            if (_lines[index].Is(name))
            {
                return index;
            }
        }
        return -1;
    }

    private static void AddAll(List<HeaderLine> lines, HttpHeadersNonValidated headers)
    {
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                Add(lines, name, value);
            }
        }
    }

    private static void Add(List<HeaderLine> lines, string name, string value)
    {
        if (name.Length is 0 or > byte.MaxValue || !FieldSyntax.IsToken(name))
        {
            return;
        }
        lines.Add(new HeaderLine(name, Clean(value)));
    }

    private static string Clean(string value)
    {
        var trimmed = value.Trim(' ', '\t');
        if (!trimmed.AsSpan().ContainsAny(Unsafe) && !trimmed.AsSpan()
            .ContainsAnyExceptInRange('\0', '\u00ff'))
        {
            return trimmed;
        }
        return string.Create(trimmed.Length, trimmed, static (span, from) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = from[index] is '\0' or '\r' or '\n' or > '\u00ff' ? ' ' : from[index];
            }
        });
    }
}
