using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Flickr.Tokens.Jwt;

/// <summary>
/// Writes JWTs: our claims, signed by Microsoft.IdentityModel. ES256 is random by nature, so what was signed
/// is remembered
/// for a while and equal claims get the equal token.
/// </summary>
internal sealed class JwtWriter
{
    private const int RememberedMax = 1024;

    private readonly MintKey _key;
    private readonly SigningCredentials _credentials;
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ConcurrentDictionary<string, string> _signed = new(StringComparer.Ordinal);

    public JwtWriter(MintKey key)
    {
        _key = key;
        _credentials = key.Algorithm == SigningAlgorithm.HS256
            ? new SigningCredentials(
                new SymmetricSecurityKey(key.Secret.ToArray()) { KeyId = key.KeyId },
                SecurityAlgorithms.HmacSha256)
            : new SigningCredentials(
                new ECDsaSecurityKey(ECDsa.Create(key.ToParameters())) { KeyId = key.KeyId },
                SecurityAlgorithms.EcdsaSha256);
    }

    public string Write(in MintFacts facts)
    {
        var payload = Payload(facts);
        if (_key.Algorithm == SigningAlgorithm.HS256) return Sign(payload);
        if (_signed.TryGetValue(payload, out var known)) return known;
        // Forgetting everything now and then costs one signature a grant; an order of use would cost a lock a
        // token.
        if (_signed.Count >= RememberedMax) _signed.Clear();
        return _signed.GetOrAdd(payload, Sign(payload));
    }

    private string Sign(string payload) => _handler.CreateToken(
        payload, _credentials,
        new Dictionary<string, object>(StringComparer.Ordinal) { ["typ"] = "cdn+jwt" });

    private string Payload(in MintFacts facts)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json =
            new Utf8JsonWriter(buffer,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString(JwtClaimNames.Issuer, _key.Issuer);
        json.WriteString(JwtClaimNames.Audience, facts.Audience);
        json.WriteNumber(JwtClaimNames.Expires, facts.Expires);
        json.WriteNumber(JwtClaimNames.IssuedAt, facts.IssuedAt);
        if (facts.TokenId is not null) json.WriteString(JwtClaimNames.TokenId, facts.TokenId);
        json.WriteNumber(JwtClaimNames.Version, 1);
        json.WriteString(JwtClaimNames.Container, Container(facts.Scope));
        json.WriteString(JwtClaimNames.Owner, facts.Owner);
        json.WriteNumber(JwtClaimNames.OwnerEpoch, facts.OwnerEpoch);
        json.WriteString(JwtClaimNames.Classes, JwtClassNames.Write(facts.Classes));
        // Everything of ours that narrows is critical: who does not know it must refuse, not ignore.
        var critical = $"{JwtClaimNames.Owner},{JwtClaimNames.OwnerEpoch},{JwtClaimNames.Classes}";
        if (facts.Viewer is not null)
        {
            json.WriteString(JwtClaimNames.Viewer, facts.Viewer);
            critical += "," + JwtClaimNames.Viewer;
        }
        if (facts.Classes.HasFlag(PhotoClasses.Original))
        {
            json.WriteNumber(JwtClaimNames.ConcurrentOriginals, facts.ConcurrentOriginals);
            critical += "," + JwtClaimNames.ConcurrentOriginals;
        }
        if (facts.Once)
        {
            json.WriteBoolean(JwtClaimNames.Once, true);
            critical += "," + JwtClaimNames.Once;
        }
        if (facts.Tags.Length > 0)
        {
            json.WriteStartArray(JwtClaimNames.Tags);
            foreach (var tag in facts.Tags) json.WriteStringValue(tag);
            json.WriteEndArray();
            critical += "," + JwtClaimNames.Tags;
        }
        json.WriteString(JwtClaimNames.Critical, critical);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Container(GrantScope scope) => scope.Kind switch
    {
        ScopeKind.Exact => "path:" + scope.Value,
        ScopeKind.Prefix => "prefix:" + scope.Value,
        ScopeKind.AddressHash => "hash:sha-256;" + scope.Value,
        _ => "regex:" + scope.Value,
    };
}
