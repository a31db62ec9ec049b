namespace Flickr.Edge.Fetch;

/// <summary>Reads <c>Repr-Digest</c> (RFC 9530).</summary>
internal static class ReprDigest
{
    /// <summary>The 32 bytes of <c>sha-256=:…:</c>, or null when the field has none.</summary>
    public static byte[]? Sha256Of(string? field)
    {
        const string Prefix = "sha-256=:";
        foreach (var member in (field ?? "").Split(','))
        {
            var text = member.Trim();
            if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !text.EndsWith(':')
                || text.Length <= Prefix.Length)
            {
                continue;
            }
            var digest = new byte[32];
            if (Convert.TryFromBase64String(text[Prefix.Length..^1], digest, out var written)
                && written == digest.Length)
            {
                return digest;
            }
        }
        return null;
    }
}
