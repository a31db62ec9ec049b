using System.Text.Json;
using Flickr.Tokens.Signatures;
using Xunit;

namespace Flickr.Tokens.Tests.Jwt;

/// <summary>The primitives under our keys against Wycheproof: HMAC-SHA-256, and ECDSA P-256 with r and s side
/// by side.</summary>
public sealed class SignatureVectorTests
{
    [Fact]
    [Trait("Requirement", "R116")]
    public void Wycheproof_HMAC_agrees_where_the_key_is_long_enough_and_short_keys_are_refused()
    {
        using var vectors = VectorFolder.Read("wycheproof/hmac_sha256_test.json");
        var (checkedCases, shortKeys) = (0, 0);
        foreach (var (group, test) in Cases(vectors))
        {
            var secret = Hex(test, "key");
            if (secret.Length < VerifyKey.SecretBytesMin)
            {
                Assert.Throws<ArgumentException>(() =>
                    VerifyKey.FromSecret("w", "w", secret, KeyState.Active));
                shortKeys++;
                continue;
            }
            var tagBytes = group.GetProperty("tagSize").GetInt32() / 8;
            var verdict = new HmacSignature(secret)
                .IsGenuine(Hex(test, "msg"), Hex(test, "tag"), tagBytes);
            Assert.Equal(IsValid(test), verdict);
            checkedCases++;
        }
        Assert.Equal(174, checkedCases + shortKeys);
        Assert.True(checkedCases > 100, $"{checkedCases} checked, {shortKeys} short keys");
    }

    [Fact]
    [Trait("Requirement", "R116")]
    public void Attack_08_Wycheproof_ECDSA_in_P1363_agrees_on_every_case()
    {
        using var vectors = VectorFolder.Read("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json");
        var count = 0;
        foreach (var (group, test) in Cases(vectors))
        {
            var point =
                Convert.FromHexString(
                    group.GetProperty("publicKey").GetProperty("uncompressed").GetString()!);
            var key =
                VerifyKey.FromPublicKey("w", "w", point.AsSpan(1, 32), point.AsSpan(33, 32), KeyState.Active);
            Assert.Equal(IsValid(test), key.Check.IsGenuine(Hex(test, "msg"), Hex(test, "sig")));
            count++;
        }
        Assert.Equal(262, count);
    }

    [Fact]
    public void Wycheproof_key_sets_that_mix_kinds_are_judged_by_the_id_and_the_key_alone()
    {
        using var vectors = VectorFolder.Read("wycheproof/json_web_key_test.json");
        var imported = 0;
        foreach (var group in vectors.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var set = group.TryGetProperty("public", out var shown) ? shown : group.GetProperty("private");
            if (!set.TryGetProperty("keys", out var keys)) continue;
            foreach (var key in keys.EnumerateArray())
            {
                // Whatever is in the set: a key comes in as exactly what it says, or not at all.
                if (TryImport(key) is not { } one) continue;
                Assert.Equal(key.GetProperty("alg").GetString(), one.Algorithm.ToString());
                Assert.Equal(key.GetProperty("kid").GetString(), one.KeyId);
                imported++;
            }
        }
        Assert.True(imported > 0);
    }

    private static VerifyKey? TryImport(JsonElement key)
    {
        try
        {
            return VerifyKey.FromJwk(key.GetRawText(), "w", KeyState.Active);
        }
        catch (Exception refused) when (refused is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Cases(JsonDocument vectors) =>
        from g in vectors.RootElement.GetProperty("testGroups").EnumerateArray()
        from t in g.GetProperty("tests").EnumerateArray()
        select (g, t);

    private static byte[] Hex(JsonElement test, string name) =>
        Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";
}
