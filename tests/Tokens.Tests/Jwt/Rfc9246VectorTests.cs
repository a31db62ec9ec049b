using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Flickr.Tokens.Tests.Jwt;

/// <summary>The keys, tokens and derived cases of RFC 9246, in the profile for foreign issuers.</summary>
public sealed class Rfc9246VectorTests
{
    [Fact]
    [Trait("Requirement", "R116")]
    public void Every_case_of_RFC_9246_gets_the_answer_and_the_code_of_the_RFC()
    {
        using var vectors = VectorFolder.Read("rfc9246.json");
        var count = 0;
        foreach (var test in vectors.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = test.GetProperty("name").GetString()!;
            var verdict = Judge(vectors.RootElement, test);
            var expected = test.GetProperty("expect").GetString() == "accept" ? 200
                : test.GetProperty("code").GetInt32();
            Assert.True(expected == verdict.Code(), $"{name}: {verdict}");
            count++;
        }
        Assert.Equal(15, count);
    }

    [Fact]
    public void Without_the_key_for_client_addresses_a_token_that_is_bound_to_some_is_refused()
    {
        using var vectors = VectorFolder.Read("rfc9246.json");
        var bound = vectors.RootElement.GetProperty("cases").EnumerateArray()
            .First(test => test.TryGetProperty("clientIp", out _)
                && test.GetProperty("expect").GetString() == "accept");

        var verdict = Judge(vectors.RootElement, bound, clientKeys: new Dictionary<string, byte[]>());

        Assert.Equal(TokenVerdict.UnknownClaim, verdict);
    }

    [Fact]
    public void A_strict_edge_takes_none_of_them()
    {
        using var vectors = VectorFolder.Read("rfc9246.json");
        foreach (var test in vectors.RootElement.GetProperty("cases").EnumerateArray())
            Assert.NotEqual(TokenVerdict.Valid, Judge(vectors.RootElement, test, TokenProfile.Strict));
    }

    private static TokenVerdict Judge(
        JsonElement vectors, JsonElement test, TokenProfile profile = TokenProfile.Rfc9246,
        Dictionary<string, byte[]>? clientKeys = null)
    {
        var keys = vectors.GetProperty("jwks").GetProperty("keys");
        var shared = keys[1];
        var verifier = new TokenVerifier(
            new TokenVerifierOptions
            {
                Profile = profile,
                LifetimeMax = profile == TokenProfile.Strict ? TimeSpan.FromHours(24) : TimeSpan.FromDays(7),
                Audience = test.TryGetProperty("aud", out var audience) ? audience.GetString() : null,
                ClientAddressKeys = clientKeys ?? new Dictionary<string, byte[]>
                {
                    [shared.GetProperty("kid").GetString()!] =
                        Base64Url.DecodeFromChars(shared.GetProperty("k").GetString()),
                },
            },
            new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(test.GetProperty("now").GetInt64())));
        var ring = KeyRing.Of([VerifyKey.FromJwk(keys[0].GetRawText(), "uCDN Inc", KeyState.Active)], 1);
        Assert.True(NormalizedAddress.TryNormalize(test.GetProperty("uri").GetString()!, out var address));
        var request = new TokenRequest(address.Host, address.Path, IsGetOrHead: true, PhotoClasses.Rendition)
        {
            Scheme = address.Scheme,
            Query = address.Query,
            Client = test.TryGetProperty("clientIp", out var client) ? IPAddress.Parse(client.GetString()!)
                : null,
        };
        var token = test.GetProperty("token").GetString()!;
        var verdict = verifier.Verify(token, TokenForm.Jwt, request, ring, out var grant);
        Assert.Equal(verdict, verifier.Verify(token, TokenForm.Jwt, request, ring));
        Assert.Equal(verdict, verifier.Verify(token, TokenForm.Jwt, request, ring, out _));
        if (!test.TryGetProperty("replay", out _) || verdict != TokenVerdict.Valid) return verdict;

        // Who keeps the ids of used tokens says so; the verifier hands the id out.
        var used = new HashSet<string> { "5DAafLhZAfhsbe" };
        return used.Add(grant!.TokenId!) ? TokenVerdict.Valid : TokenVerdict.Replayed;
    }
}
