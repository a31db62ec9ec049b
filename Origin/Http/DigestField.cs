using Flickr.Origin.Volumes;

namespace Flickr.Origin.Http;

/// <summary>
/// <c>Content-Digest</c> and <c>Repr-Digest</c> (RFC 9530): <c>sha-256=:base64:</c>. Other algorithms are passed over.
/// </summary>
internal static class DigestField
{
    public static string Of(Digest digest) => $"sha-256=:{Convert.ToBase64String(digest.ToArray())}:";

    /// <summary>Reads a field; <paramref name="digest"/> is null when it names no SHA-256. False when it is malformed.</summary>
    public static bool TryRead(string? field, out Digest? digest)
    {
        digest = null;
        if (string.IsNullOrWhiteSpace(field))
        {
            return true;
        }
        Span<byte> bytes = stackalloc byte[Digest.Size];
        foreach (var part in field.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            if (equals < 1)
            {
                return false;
            }
            if (!part.AsSpan(0, equals).Equals("sha-256", StringComparison.Ordinal))
            {
                continue;
            }
            var value = part[(equals + 1)..];
            if (value.Length < 2 || value[0] != ':' || value[^1] != ':'
                || !Convert.TryFromBase64String(value[1..^1], bytes, out var written) || written != Digest.Size)
            {
                return false;
            }
            digest = Digest.Read(bytes);
        }
        return true;
    }
}
