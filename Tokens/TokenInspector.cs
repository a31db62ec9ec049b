using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Flickr.Tokens.Fs1;
using Flickr.Tokens.Jwt;

namespace Flickr.Tokens;

/// <summary>Takes a token apart for people: what it says and why it would not even be read. Verifies
/// nothing.</summary>
public static class TokenInspector
{
    /// <summary>Explains a token.</summary>
    public static TokenExplanation Explain(string token, TokenForm form)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length > Limits.TokenLengthMax) return Unread(form, "longer than any token");
        if (!Ascii.IsValid(token)) return Unread(form, "not plain ASCII");
        var ascii = Encoding.ASCII.GetBytes(token);
        return form == TokenForm.Jwt ? ExplainJwt(ascii) : ExplainFs1(ascii);
    }

    private static TokenExplanation Unread(TokenForm form, string problem) =>
        new(form, null, null, [], problem);

    private static TokenExplanation ExplainFs1(byte[] token)
    {
        var fields = new Fs1Fields();
        if (!Fs1Fields.TrySplit(token, ref fields))
            return Unread(TokenForm.Fs1, "the fields are not as the format says");
        var statements = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["expires"] = Moment(fields.Expires),
            ["issued"] = Moment(fields.Expires - fields.Life),
            ["scope"] = fields.Depth == 0
                ? "exactly the signed path"
                : $"everything below the first {fields.Depth} segments of the signed path",
            ["owner"] = Encoding.ASCII.GetString(fields.Owner),
            ["epoch"] = fields.Epoch.ToString(CultureInfo.InvariantCulture),
        };
        var facts = new TokenFacts();
        var isReadable = Fs1Options.TryRead(fields.Options, ref facts);
        if (isReadable) AddOptions(facts, statements);
        return new TokenExplanation(
            TokenForm.Fs1, Encoding.ASCII.GetString(fields.KeyId), nameof(SigningAlgorithm.HS256),
            [.. statements],
            isReadable ? null : "the options are not as the format says");
    }

    private static void AddOptions(in TokenFacts facts, Dictionary<string, string> statements)
    {
        statements["classes"] = JwtClassNames.Write(facts.Classes);
        if (!facts.Viewer.IsEmpty) statements["viewer"] = Encoding.ASCII.GetString(facts.Viewer);
        if (!facts.TokenId.IsEmpty) statements["id"] = Encoding.ASCII.GetString(facts.TokenId);
        if (!facts.Tags.IsEmpty) statements["tags"] = Encoding.ASCII.GetString(facts.Tags);
        if (facts.Once) statements["uses"] = "one";
        statements["originals"] = facts.ConcurrentOriginals.ToString(CultureInfo.InvariantCulture)
            + " at a time";
    }

    private static TokenExplanation ExplainJwt(byte[] token)
    {
        var parts = Encoding.ASCII.GetString(token).Split('.');
        if (parts.Length != 3) return Unread(TokenForm.Jwt, "a JSON Web Token has three parts");
        if (Decode(parts[0]) is not { } headerBytes || Decode(parts[1]) is not { } payload)
            return Unread(TokenForm.Jwt, "not base64url in its one spelling");
        var header = new JwtHeader();
        if (headerBytes.Length > JwtHeader.BytesMax || !JwtHeader.TryRead(headerBytes, ref header))
            return Unread(TokenForm.Jwt, "the header is malformed or holds a member that must not be there");
        var (statements, problem) = Claims(payload);
        return new TokenExplanation(
            TokenForm.Jwt, Text(header.KeyId), Text(header.Algorithm), statements, problem);

        static string? Text(ReadOnlySpan<byte> ascii) => ascii.IsEmpty ? null
            : Encoding.ASCII.GetString(ascii);
    }

    private static (ImmutableArray<KeyValuePair<string, string>> Statements, string? Problem) Claims(
        byte[] payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return ([], "the claims are not an object");
            var statements = json.RootElement.EnumerateObject()
                .Select(claim => KeyValuePair.Create(claim.Name, Value(claim)))
                .ToImmutableArray();
            var facts = new TokenFacts();
            var verdict = JwtClaims.Read(payload, new byte[payload.Length], TokenProfile.Strict, ref facts);
            return (statements, verdict == TokenVerdict.Valid ? null : $"the claims are refused: {verdict}");
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return ([], "the claims are not JSON");
        }
    }

    private static string Value(JsonProperty claim) =>
        claim.Name is "exp" or "iat" or "nbf" && claim.Value.ValueKind == JsonValueKind.Number
            && claim.Value.TryGetInt64(out var seconds) && seconds is >= 0 and <= Limits.UnixSecondsMax
            ? Moment(seconds)
            : claim.Value.ToString();

    private static byte[]? Decode(string part)
    {
        var bytes = new byte[StrictBase64Url.DecodedLength(part.Length)];
        return StrictBase64Url.TryDecode(Encoding.ASCII.GetBytes(part), bytes, out var length)
            ? bytes[..length] : null;
    }

    private static string Moment(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds)
            .ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
