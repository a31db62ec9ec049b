using System.Buffers;
using System.Buffers.Text;

namespace Flickr.Tokens;

/// <summary>
/// Base64url with exactly one spelling per value: no padding, no white space, unused bits zero (RFC 4648
/// section 3.5).
/// A second spelling would be a second cache key and a second token id for one token.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Bytes that so many characters decode to.</summary>
    public static int DecodedLength(int characters) => characters * 3 / 4;

    /// <summary>Decodes; false when it is not the one spelling, or does not fit.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> into, out int written)
    {
        written = 0;
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet)) return false;
        if (into.Length < DecodedLength(text.Length)) return false;
        var unused = (text.Length % 4) switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        if (unused != 0 && (Value(text[^1]) & unused) != 0) return false;
        return Base64Url.DecodeFromUtf8(text, into, out _, out written) == OperationStatus.Done;
    }

    private static int Value(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
