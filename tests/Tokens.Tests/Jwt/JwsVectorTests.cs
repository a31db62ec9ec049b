using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Flickr.Tokens.Jwt;
using Xunit;

namespace Flickr.Tokens.Tests.Jwt;

/// <summary>The signature layer against RFC 7515 and Wycheproof.</summary>
public sealed class JwsVectorTests
{
    /// <summary>
    /// Cases of the Wycheproof set where the answer here differs from the label, each with its reason.
    /// </summary>
    private static readonly Dictionary<int, string> Exceptions = new()
    {
        [346] = "header PS384, key bound to PS256: the algorithm is the key's, so this is refused",
        [347] = "header ES512, key bound to ES521, which is no algorithm",
        [350] = "as 346, with key_ops",
        [351] = "as 347, with key_ops",
        [367] = "labelled invalid for its padding, yet the text has none and verifies",
        [370] = "labelled invalid for its padding in the payload, yet the text has none and verifies",
        [372] = "labelled valid, yet has a question mark in the header, which is not base64url",
        [373] = "labelled valid, yet has a question mark in the payload, which is not base64url",
    };

    [Fact]
    [Trait("Requirement", "R116")]
    public void Wycheproof_JWS_agrees_on_393_of_401_and_the_other_8_are_named()
    {
        using var vectors = VectorFolder.Read("wycheproof/json_web_signature_test.json");
        var agreed = 0;
        var differed = new List<int>();
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key =
                Import(group.TryGetProperty("public", out var shown) ? shown : group.GetProperty("private"));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var isValid = test.GetProperty("result").GetString() == "valid";
                if (Verifies(test.GetProperty("jws"), key) == isValid) agreed++;
                else differed.Add(test.GetProperty("tcId").GetInt32());
            }
        }

        Assert.Equal(Exceptions.Keys.Order(), differed.Order());
        Assert.Equal(393, agreed);
    }

    [Fact]
    public void The_examples_of_RFC_7515_and_8037_verify_where_the_algorithm_is_ours()
    {
        using var vectors = VectorFolder.Read("jws_rfc.json");
        var seen = new List<string>();
        foreach (var test in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = test.GetProperty("name").GetString()!;
            var jws = test.GetProperty("jws").GetString()!;
            var isValid = test.GetProperty("result").GetString() == "valid";
            var algorithm = test.GetProperty("alg").GetString();
            seen.Add($"{algorithm} {isValid}");
            // None of them has a key id, so none is a token here; the signatures are what is compared.
            Assert.Equal(TokenVerdict.Malformed, Verify(jws, KeyRing.Empty));
            var isOurs = algorithm is "HS256" or "RS256" or "ES256";
            if (!isOurs)
            {
                Assert.True(algorithm is "none" or "EdDSA" or "ES512", name);
                continue;
            }
            var jwk = JsonSerializer.Deserialize<Dictionary<string, object?>>(test.GetProperty("jwk"))!;
            (jwk["alg"], jwk["kid"]) = (algorithm, "rfc");
            var key = VerifyKey.FromJwk(JsonSerializer.Serialize(jwk), "rfc", KeyState.Active);
            var dot = jws.LastIndexOf('.');
            var signature = Base64Url.DecodeFromChars(jws.AsSpan(dot + 1));
            Assert.Equal(isValid, key.Check.IsGenuine(Encoding.ASCII.GetBytes(jws[..dot]), signature));
        }
        Assert.Contains("HS256 True", seen);
        Assert.Contains("RS256 True", seen);
        Assert.Contains("ES256 True", seen);
    }

    private static KeyRing Import(JsonElement jwk)
    {
        try
        {
            return KeyRing.Of([VerifyKey.FromJwk(jwk.GetRawText(), "wycheproof", KeyState.Active)], 1);
        }
        catch (Exception refused) when (refused is FormatException or ArgumentException)
        {
            // A key that must not be imported (for encryption, or without an algorithm) verifies nothing.
            return KeyRing.Empty;
        }
    }

    private static bool Verifies(JsonElement jws, KeyRing keys) =>
        jws.ValueKind == JsonValueKind.String && Verify(jws.GetString()!, keys) == TokenVerdict.Valid;

    private static TokenVerdict Verify(string jws, KeyRing keys)
    {
        if (!Ascii.IsValid(jws)) return TokenVerdict.Malformed;
        var token = Encoding.ASCII.GetBytes(jws);
        return CompactJws.Verify(
            token, default, keys, Desk.Noon, TokenProfile.Rfc9246, new byte[token.Length], out _, out _);
    }
}
