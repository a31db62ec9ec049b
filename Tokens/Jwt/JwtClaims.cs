using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Flickr.Tokens.Jwt;

/// <summary>
/// Reads the claims of a token whose signature was found genuine. Strict: every claim once, whole numbers as
/// digits only,
/// strings in their character sets. Allocates nothing for a well-formed payload.
/// </summary>
internal ref struct JwtClaims
{
    private const int UnknownMax = 16;
    private const int IntegerDigitsMax = 15;

    private readonly TokenProfile _profile;
    private readonly ReadOnlySpan<byte> _payload;
    private Span<byte> _scratch;
    private ReadOnlySpan<byte> _critical;
    private uint _seen;
    private TokenVerdict _refusal;

    private JwtClaims(ReadOnlySpan<byte> payload, Span<byte> scratch, TokenProfile profile)
    {
        _payload = payload;
        _scratch = scratch;
        _profile = profile;
    }

    /// <summary>Reads the payload into the facts. <paramref name="scratch"/> must be as long as the
    /// payload.</summary>
    public static TokenVerdict Read(
        ReadOnlySpan<byte> payload, Span<byte> scratch, TokenProfile profile, ref TokenFacts facts)
    {
        if (!Utf8.IsValid(payload)) return TokenVerdict.Malformed;
        var claims = new JwtClaims(payload, scratch, profile);
        try
        {
            claims.ReadAll(ref facts);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return TokenVerdict.Malformed; // the second one: an escape that is half a surrogate pair
        }
        return claims._refusal != TokenVerdict.None ? claims._refusal : claims.JudgeWhole(facts);
    }

    private void ReadAll(ref TokenFacts facts)
    {
        Span<(int Start, int Length)> unknown = stackalloc (int, int)[UnknownMax];
        var unknownCount = 0;
        var reader = new Utf8JsonReader(_payload, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) Refuse(TokenVerdict.Malformed);
        while (_refusal == TokenVerdict.None && reader.Read()
            && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped) Refuse(TokenVerdict.Malformed);
            var name = reader.ValueSpan;
            var start = (int)reader.TokenStartIndex + 1;
            var claim = JwtClaimNames.Of(name);
            reader.Read();
            if (claim == JwtClaim.Unknown)
            {
                if (!KeepUnknown((start, name.Length), unknown, ref unknownCount)) return;
                reader.Skip();
                continue;
            }
            if ((_seen & (1u << (int)claim)) != 0) Refuse(TokenVerdict.Malformed);
            _seen |= 1u << (int)claim;
            ReadClaim(claim, ref reader, ref facts);
        }
        if (_refusal == TokenVerdict.None && (reader.TokenType != JsonTokenType.EndObject || reader.Read()))
            Refuse(TokenVerdict.Malformed);
    }

    private bool KeepUnknown((int Start, int Length) name, scoped Span<(int Start, int Length)> unknown,
        ref int count)
    {
        var text = _payload.Slice(name.Start, name.Length);
        // Also outside the strict profile: names of these families narrow, so to ignore one would widen.
        if (_profile == TokenProfile.Strict || text.StartsWith("flk_"u8) || text.StartsWith("cdni"u8))
            Refuse(TokenVerdict.UnknownClaim);
        else if (count == UnknownMax)
            Refuse(TokenVerdict.Malformed);
        else
            unknown[count++] = name;
        for (var i = 0; i < count - 1; i++)
            if (_payload.Slice(unknown[i].Start, unknown[i].Length).SequenceEqual(text))
                Refuse(TokenVerdict.Malformed);
        return _refusal == TokenVerdict.None;
    }

    private void ReadClaim(JwtClaim claim, ref Utf8JsonReader reader, ref TokenFacts facts)
    {
        switch (claim)
        {
            case JwtClaim.Issuer: facts.Issuer = Text(ref reader); break;
            case JwtClaim.Audience: facts.Audience = Text(ref reader); break;
            case JwtClaim.Expires: facts.Expires = Seconds(ref reader); break;
            case JwtClaim.IssuedAt: facts.IssuedAt = Seconds(ref reader); break;
            case JwtClaim.NotBefore: facts.NotBefore = Seconds(ref reader); break;
            case JwtClaim.TokenId: facts.TokenId = Id(ref reader); break;
            case JwtClaim.Version:
                if (Integer(ref reader) != 1) Refuse(TokenVerdict.UnsupportedVersion);
                break;
            case JwtClaim.Critical: _critical = Text(ref reader); break;
            case JwtClaim.Container: facts.Container = Text(ref reader); break;
            case JwtClaim.Client: facts.Client = Text(ref reader); break;
            case JwtClaim.RenewalSeconds or JwtClaim.RenewalTransport or JwtClaim.RenewalDepth:
                Integer(ref reader);
                break;
            case JwtClaim.Owner: facts.Owner = Id(ref reader); break;
            case JwtClaim.OwnerEpoch: facts.OwnerEpoch = Integer(ref reader); break;
            case JwtClaim.Viewer: facts.Viewer = Id(ref reader); break;
            case JwtClaim.Classes:
                if (!JwtClassNames.TryRead(Text(ref reader), out facts.Classes))
                    Refuse(TokenVerdict.Malformed);
                break;
            case JwtClaim.ConcurrentOriginals: facts.ConcurrentOriginals = Count(ref reader); break;
            case JwtClaim.Once:
                // False is the absence of the claim, so there is one way to say either.
                if (reader.TokenType != JsonTokenType.True) Refuse(TokenVerdict.Malformed);
                facts.Once = true;
                break;
            case JwtClaim.Tags: facts.Tags = TagList(ref reader); break;
        }
    }

    /// <summary>What only the whole set of claims can tell.</summary>
    private readonly TokenVerdict JudgeWhole(in TokenFacts facts)
    {
        if (Has(JwtClaim.RenewalSeconds) != Has(JwtClaim.RenewalTransport))
            return TokenVerdict.RenewalIncomplete;
        if (!Has(JwtClaim.Expires) || !Has(JwtClaim.Container)) return TokenVerdict.MissingClaim;
        if (Has(JwtClaim.Owner) != Has(JwtClaim.OwnerEpoch)) return TokenVerdict.MissingClaim;
        var isComplete = Has(JwtClaim.Issuer) && Has(JwtClaim.Audience) && Has(JwtClaim.IssuedAt)
            && Has(JwtClaim.Owner) && Has(JwtClaim.Version);
        if (_profile == TokenProfile.Strict && !isComplete) return TokenVerdict.MissingClaim;
        // The renewal claims ask the edge to sign on; ours hold no private keys, so a strict token must not
        // ask.
        if (_profile == TokenProfile.Strict && Has(JwtClaim.RenewalSeconds)) return TokenVerdict.UnknownClaim;
        if (!Has(JwtClaim.Critical)) return TokenVerdict.Valid;
        foreach (var range in _critical.Split((byte)','))
            if (JwtClaimNames.Of(_critical[range]) == JwtClaim.Unknown) return TokenVerdict.UnknownClaim;
        return TokenVerdict.Valid;
    }

    private readonly bool Has(JwtClaim claim) => (_seen & (1u << (int)claim)) != 0;

    private void Refuse(TokenVerdict verdict)
    {
        if (_refusal == TokenVerdict.None) _refusal = verdict;
    }

    private ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
        {
            Refuse(TokenVerdict.Malformed);
            return [];
        }
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        var length = reader.CopyString(_scratch);
        var text = _scratch[..length];
        _scratch = _scratch[length..];
        return text;
    }

    private ReadOnlySpan<byte> Id(scoped ref Utf8JsonReader reader)
    {
        var text = Text(ref reader);
        if (!TokenText.IsId(text)) Refuse(TokenVerdict.Malformed);
        return text;
    }

    private long Seconds(scoped ref Utf8JsonReader reader)
    {
        var seconds = Integer(ref reader);
        if (seconds > Limits.UnixSecondsMax) Refuse(TokenVerdict.Malformed);
        return seconds;
    }

    private int Count(scoped ref Utf8JsonReader reader)
    {
        var count = Integer(ref reader);
        if (count is < 1 or > TokenText.ConcurrentOriginalsMax) Refuse(TokenVerdict.Malformed);
        return (int)Math.Min(count, TokenText.ConcurrentOriginalsMax);
    }

    /// <summary>Digits only: no sign, fraction or exponent, and no number dressed as a string.</summary>
    private long Integer(scoped ref Utf8JsonReader reader)
    {
        var digits = reader.ValueSpan;
        if (reader.TokenType == JsonTokenType.Number && digits.Length <= IntegerDigitsMax
            && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(digits, out long value, out var read) && read == digits.Length)
            return value;
        Refuse(TokenVerdict.Malformed);
        return 0;
    }

    private ReadOnlySpan<byte> TagList(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) Refuse(TokenVerdict.Malformed);
        var joined = _scratch;
        var length = 0;
        var count = 0;
        while (_refusal == TokenVerdict.None && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String || !TokenText.IsTag(reader.ValueSpan)
                || ++count > TokenText.TagsMax)
            {
                Refuse(TokenVerdict.Malformed);
                return [];
            }
            if (length > 0) joined[length++] = (byte)',';
            reader.ValueSpan.CopyTo(joined[length..]);
            length += reader.ValueSpan.Length;
        }
        if (count == 0) Refuse(TokenVerdict.Malformed);
        _scratch = _scratch[length..];
        return joined[..length];
    }
}
