using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Flickr.Tokens.Paths;

/// <summary>
/// The one canonical byte string of a request path: scope input, cache key, object id and forwarded request
/// line are all
/// this value, so that what was verified is what is served. Parsing rejects and never repairs: a path that
/// has a second
/// spelling is not canonical. Immutable and thread-safe; equal when the bytes are.
/// </summary>
/// <remarks>
/// Raw in a segment: RFC 3986 unreserved, <c>! $ &amp; ' ( ) * + , = : @</c>. Anything else is a percent
/// escape with
/// upper-case digits of the UTF-8 bytes of a name in Normalization Form C. Not spelled at all: <c>/</c>,
/// <c>\</c>,
/// controls, dot segments, empty segments, and a percent sign before two hexadecimal digits.
/// </remarks>
public sealed class CanonicalPath : IEquatable<CanonicalPath>
{
    /// <summary>Characters a path may have.</summary>
    public const int LengthMax = 2048;

    /// <summary>Segments a path may have.</summary>
    public const int SegmentsMax = 32;

    private byte[]? _utf8;

    private CanonicalPath(string value, int segmentCount)
    {
        Value = value;
        SegmentCount = segmentCount;
    }

    /// <summary>The path, percent-encoded ASCII, without query:
    /// <c>/alice/nature/original/swans.png</c>.</summary>
    public string Value { get; }

    /// <summary>The same bytes.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8 ??= Encoding.ASCII.GetBytes(Value);

    /// <summary>Names in the path; a slash at the end adds none, <c>/</c> has zero.</summary>
    public int SegmentCount { get; }

    /// <summary>True for <c>/</c> and for paths that end in a slash.</summary>
    public bool IsDirectory => Value[^1] == '/';

    /// <summary>Takes a raw path (no query) as it came over the wire, or says why it is not
    /// canonical.</summary>
    public static bool TryParse(
        string? rawPath, [NotNullWhen(true)] out CanonicalPath? path, out PathRefusal refusal)
    {
        refusal = PathGrammar.Judge(rawPath, out var segments);
        path = refusal == PathRefusal.None ? new CanonicalPath(rawPath!, segments) : null;
        return path is not null;
    }

    /// <summary>Takes a path known to be canonical, such as a constant.</summary>
    /// <exception cref="FormatException">The path is not canonical.</exception>
    public static CanonicalPath Parse(string path) =>
        TryParse(path, out var parsed, out var refusal)
            ? parsed
            : throw new FormatException($"The path is not canonical: {refusal}.");

    /// <summary>Spells decoded names, in order, without a slash at the end.</summary>
    /// <exception cref="ArgumentException">A string that cannot be a name (see
    /// <see cref="PathName.Judge"/>).</exception>
    public static CanonicalPath FromSegments(params ReadOnlySpan<string> decodedNames)
    {
        if (decodedNames.IsEmpty) return new CanonicalPath("/", 0);
        var spelled = new StringBuilder();
        foreach (var name in decodedNames)
        {
            var refusal = PathName.Judge(name);
            if (refusal != PathRefusal.None)
                throw new ArgumentException($"Not a name a path can hold: {refusal}.", nameof(decodedNames));
            PathGrammar.Encode(name, spelled.Append('/'));
        }
        return Parse(spelled.ToString());
    }

    /// <summary>The same names with a slash at the end: the prefix of everything below.</summary>
    public CanonicalPath AsDirectory() => IsDirectory ? this : Parse(Value + "/");

    /// <summary>The segment at an index, still encoded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below
    /// <see cref="SegmentCount"/>.</exception>
    public ReadOnlySpan<char> Segment(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SegmentCount);
        var rest = Value.AsSpan(1);
        for (var i = 0; i < index; i++) rest = rest[(rest.IndexOf('/') + 1)..];
        var end = rest.IndexOf('/');
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>The decoded name at an index.</summary>
    public string Name(int index) => PathGrammar.Decode(Segment(index));

    /// <summary>
    /// The first <paramref name="depth"/> segments with the slash after them: <c>/alice/nature/</c> at depth
    /// 2. Empty when
    /// nothing can lie below that depth in this path, because it ends at or before it.
    /// </summary>
    public ReadOnlySpan<char> Prefix(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        var end = 0;
        for (var i = 0; i < depth; i++)
        {
            var slash = Value.AsSpan(end + 1).IndexOf('/');
            if (slash < 0) return [];
            end += slash + 1;
        }
        return Value.AsSpan(0, end + 1);
    }

    /// <summary>Whether the path lies under a prefix that ends in a slash; <c>/u/4</c> is not under
    /// <c>/u/42/</c>.</summary>
    public bool IsUnder(ReadOnlySpan<char> prefix) =>
        !prefix.IsEmpty && prefix[^1] == '/' && Value.AsSpan().StartsWith(prefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool Equals(CanonicalPath? other) => other is not null
        && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CanonicalPath);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The path itself.</summary>
    public override string ToString() => Value;
}
