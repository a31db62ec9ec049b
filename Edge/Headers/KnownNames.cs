using System.Collections.Frozen;

namespace Flickr.Edge.Headers;

/// <summary>
/// Field names that are stored as one byte. The order is part of the layout on disk: add at the end, never
/// move.
/// </summary>
internal static class KnownNames
{
    private static readonly string[] Names =
    [
        "", "Accept-Ranges", "Age", "Cache-Control", "CDN-Cache-Control", "Content-Disposition",
        "Content-Encoding",
        "Content-Language", "Content-Length", "Content-Location", "Content-Range", "Content-Type", "Date",
        "ETag", "Expires",
        "Last-Modified", "Link", "Location", "Pragma", "Retry-After", "Repr-Digest", "Server", "Set-Cookie",
        "Surrogate-Key",
        "Cache-Tag", "Cache-Groups", "Vary", "Via", "Warning", "Flickr-Owner", "Flickr-Owner-Epoch",
        "Flickr-Visibility",
        "Flickr-Generation", "Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy",
        "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin", "Connection", "Transfer-Encoding",
    ];

    private static readonly FrozenDictionary<string, byte> Indexes = Names
        .Select((name, index) => (name, index))
        .Skip(1)
        .ToFrozenDictionary(pair => pair.name, pair => (byte)pair.index, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, byte>.AlternateLookup<ReadOnlySpan<char>> Spans =
        Indexes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>
    /// The byte of a name spelt exactly so, or 0: the letter case of an origin's field is kept.
    /// </summary>
    public static byte IndexOf(string name) => Indexes.GetValueOrDefault(name);

    /// <summary>The name as a string: the one here when it is spelt exactly so, else a new one.</summary>
    public static string Of(ReadOnlySpan<char> name) =>
        Spans.TryGetValue(name, out var index) ? Names[index] : name.ToString();

    /// <summary>The name of a byte, or null when the byte names none.</summary>
    public static string? At(byte index) => index > 0 && index < Names.Length ? Names[index] : null;
}
