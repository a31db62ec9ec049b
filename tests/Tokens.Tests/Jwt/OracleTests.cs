using CsCheck;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Flickr.Tokens.Tests.Jwt;

/// <summary>
/// Microsoft.IdentityModel as a second opinion: whatever is accepted here it accepts too. Where it accepts
/// more, the cases
/// are named, because each is a reason why the edge does not verify with it.
/// </summary>
public sealed class OracleTests
{
    private static readonly long Now = Desk.Noon.ToUnixTimeSeconds();

    [Theory]
    [InlineData(SigningAlgorithm.HS256)]
    [InlineData(SigningAlgorithm.ES256)]
    public async Task What_we_mint_the_oracle_accepts(SigningAlgorithm algorithm)
    {
        var desk = new Desk();
        foreach (
            var grant in new[] { Desk.Album, Desk.OneOriginal.ForViewer("v1").Once(),
                Desk.Album.Tagged("a:1", "b:2") })
        {
            var token = RoundTripTests.Mint(desk, TokenForm.Jwt, algorithm, grant);
            Assert.True(await OracleAccepts(desk, token));
        }
    }

    [Fact]
    public async Task What_we_accept_the_oracle_accepts()
    {
        var desk = new Desk();
        var header = Gen.OneOf(
            Gen.Const(Desk.Header),
            Gen.Const("""{"typ":"cdn+jwt","kid":"hs-1","alg":"HS256","x":"y"}"""),
            Gen.Const("""{"alg":"ES256","kid":"hs-1","typ":"cdn+jwt"}"""),
            Gen.Const("""{"alg":"HS256","kid":"es-1","typ":"cdn+jwt"}"""),
            Gen.Const("""{"alg":"HS256","kid":"hs-1","typ":"JWT"}"""));
        var iat = Gen.Long[Now - 4000, Now + 10];
        var exp = Gen.Long[Now - 3, Now + 4000];
        var extra = Gen.OneOf(
            Gen.Const(""), Gen.Const(",\"jti\":\"j1\""), Gen.Const(",\"flk_cc\":2"),
            Gen.Const(",\"flk_once\":true"),
            Gen.Long[Now - 5, Now + 5].Select(nbf => $",\"nbf\":{nbf}"), Gen.Const(",\"flk_vid\":\"v\""),
            Gen.Const(",\"x\":1"));
        var audience = Gen.OneOf(Gen.Const(Desk.Host), Gen.Const(Desk.Host), Gen.Const("other.example"));
        var issuer = Gen.OneOf(Gen.Const("photos"), Gen.Const("photos"), Gen.Const("other"));
        var accepted = 0;
        await Gen.Select(header, iat, exp, extra, audience, issuer)
            .SampleAsync(async (head, issued, expires, more, aud, iss) =>
        {
            var payload = $$"""
                {"iss":"{{iss}}","aud":"{{aud}}","exp":{{expires}},"iat":{{issued}},"cdniv":1,"cdniuc":"prefix:/alice/nature/","flk_own":"o","flk_ep":7{{more}}}
                """;
            var token = desk.Forge(head, payload);
            if (desk.Verify(token, TokenForm.Jwt, Desk.AskThumb) != TokenVerdict.Valid) return;
            Interlocked.Increment(ref accepted);
            Assert.True(await OracleAccepts(desk, token), payload);
        }, iter: 3000);
        Assert.True(accepted > 50, $"only {accepted} tokens were accepted: the test says little");
    }

    /// <summary>Tokens the oracle of this version accepts and we refuse. A change here is news about the
    /// oracle.</summary>
    [Theory]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt","crit":["moon"],"moon":1}""", "", "")]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt","crit":["b64"],"b64":false}""", "", "")]
    [InlineData(Desk.Header, "\"iss\":", "\"exp\":1,\"iss\":")]
    [InlineData(Desk.Header, "\"cdniv\":1", "\"cdniv\":1,\"cdnicrit\":\"moon\"")]
    [InlineData(Desk.Header, "\"cdniuc\":\"prefix:/alice/nature/\",", "")]
    public async Task What_only_the_oracle_accepts(string header, string change, string to)
    {
        var desk = new Desk();
        var payload = Desk.Payload(change, to)
            .Replace(",\"cdnicrit\":\"flk_own,flk_ep,flk_cls\"", "", StringComparison.Ordinal);
        var token = desk.Forge(header, payload);

        Assert.True(await OracleAccepts(desk, token));
        Assert.NotEqual(TokenVerdict.Valid, desk.Verify(token, TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public async Task The_oracle_takes_a_padded_signature_for_the_same_token_and_we_do_not()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintJwt(Desk.Album) + "=";

        Assert.True(await OracleAccepts(desk, token));
        Assert.Equal(TokenVerdict.Malformed, desk.Verify(token, TokenForm.Jwt, Desk.AskThumb));
    }

    private static async Task<bool> OracleAccepts(Desk desk, string token)
    {
        var keys = new Dictionary<string, SecurityKey>
        {
            ["hs-1"] = new SymmetricSecurityKey(desk.Hs.Secret.ToArray()) { KeyId = "hs-1" },
            ["es-1"] =
                new ECDsaSecurityKey(
                    System.Security.Cryptography.ECDsa.Create(new System.Security.Cryptography.ECParameters
            {
                Curve = System.Security.Cryptography.ECCurve.NamedCurves.nistP256,
                Q = new() { X = desk.Es.X.ToArray(), Y = desk.Es.Y.ToArray() },
            })) { KeyId = "es-1" },
        };
        var now = desk.Clock.GetUtcNow().UtcDateTime;
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "photos",
            ValidAudience = Desk.Host,
            ValidTypes = ["cdn+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeyResolver = (_, _, kid, _) => keys.TryGetValue(kid, out var key) ? [key] : [],
            TryAllIssuerSigningKeys = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // The oracle has no clock of its own to set, so the rule "no leeway" is told to it.
            LifetimeValidator = (from, until, _, _) => until > now && (from is null || from <= now),
        });
        return result.IsValid;
    }
}
