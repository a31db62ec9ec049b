using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;
using CsCheck;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests;

/// <summary>
/// Attacks on tokens that the library alone must stop, by the number of the project's attack list. 12 is with
/// the paths,
/// 8 with the signature vectors, from 14 on in AttackOnScopeTests.
/// </summary>
[Trait("Requirement", "R116")]
public sealed class AttackTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [InlineData("")]
    public void Attack_01_no_algorithm_at_all(string algorithm)
    {
        var desk = new Desk();
        var header = $$"""{"alg":"{{algorithm}}","kid":"hs-1","typ":"cdn+jwt"}""";
        var input = Encode(header) + "." + Encode(Desk.Payload());

        Assert.NotEqual(TokenVerdict.Valid, desk.Verify(input + ".", TokenForm.Jwt, Desk.AskThumb));
        Assert.NotEqual(TokenVerdict.Valid,
            desk.Verify(desk.Forge(header, Desk.Payload()), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void Attack_02_a_public_key_as_HMAC_secret()
    {
        var desk = new Desk();
        var header = """{"alg":"HS256","kid":"es-1","typ":"cdn+jwt"}""";
        var input = Encode(header) + "." + Encode(Desk.Payload());
        byte[][] publicParts =
            [desk.Es.X.ToArray(), [.. desk.Es.X, .. desk.Es.Y], [4, .. desk.Es.X, .. desk.Es.Y]];

        foreach (var secret in publicParts)
        {
            var token = input + "."
                + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)));
            Assert.Equal(TokenVerdict.WrongAlgorithm, desk.Verify(token, TokenForm.Jwt, Desk.AskThumb));
        }
        Assert.Equal(
            TokenVerdict.WrongAlgorithm,
            desk.Verify(desk.HsMinter.MintFs1(Desk.Album).Replace("hs-1", "es-1"), TokenForm.Fs1,
                Desk.AskThumb));
    }

    [Fact]
    public void Attack_03_a_key_id_that_is_anything_but_a_key_id()
    {
        var desk = new Desk();
        foreach (
            var kid in new[] { "../../dev/null", "' OR 1=1 --", "hs-1\\u0000", "hs-1 ", "h\u0455-1",
                new string('a', 65), "HS-1" })
        {
            var verdict = desk.Verify(
                desk.Forge(Desk.Header.Replace("hs-1", kid), Desk.Payload()), TokenForm.Jwt, Desk.AskThumb);
            Assert.True(verdict is TokenVerdict.Malformed or TokenVerdict.UnknownKey, $"{kid}: {verdict}");
        }
        var huge = desk.Forge(Desk.Header.Replace("hs-1", new string('a', 10_000)), Desk.Payload());
        Assert.Equal(TokenVerdict.TooLarge, desk.Verify(huge, TokenForm.Jwt, Desk.AskThumb));
        Gen.String[0, 80].Sample(kid => Assert.NotEqual(
            TokenVerdict.Valid,
            kid == "hs-1" ? TokenVerdict.None
                : desk.Verify(desk.HsMinter.MintFs1(Desk.Album).Replace("hs-1", kid), TokenForm.Fs1,
                    Desk.AskThumb)), iter: 300);
    }

    [Theory]
    [InlineData("\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}")]
    [InlineData("\"jwk\":\"x\"")]
    [InlineData("\"jku\":\"https://evil.example/keys\"")]
    [InlineData("\"x5u\":\"https://evil.example/cert\"")]
    [InlineData("\"x5c\":[\"AAAA\"]")]
    [InlineData("\"zip\":\"DEF\"")]
    [InlineData("\"cty\":\"JWT\"")]
    public void Attack_04_a_header_that_brings_its_own_key(string member)
    {
        var desk = new Desk();
        Assert.Equal(
            TokenVerdict.Malformed,
            desk.Verify(desk.Forge(Desk.Header[..^1] + "," + member + "}", Desk.Payload()), TokenForm.Jwt,
                Desk.AskThumb));
    }

    [Theory]
    [InlineData("\"crit\":[\"exp\"]")]
    [InlineData("\"crit\":\"exp\"")]
    [InlineData("\"b64\":false")]
    [InlineData("\"crit\":[\"b64\"],\"b64\":false")]
    public void Attack_05_critical_extensions_that_nobody_knows(string member)
    {
        var desk = new Desk();
        Assert.Equal(
            TokenVerdict.Malformed,
            desk.Verify(desk.Forge(Desk.Header[..^1] + "," + member + "}", Desk.Payload()), TokenForm.Jwt,
                Desk.AskThumb));
    }

    [Theory]
    [InlineData("\"exp\":9999999999,")]
    [InlineData("\"aud\":\"edge.example:8081\",")]
    [InlineData("\"flk_own\":\"01HBOB\",")]
    [InlineData("\"\\u0065xp\":9999999999,")]
    public void Attack_06_a_claim_twice(string again)
    {
        var desk = new Desk();
        var payload = Desk.Payload("\"iss\":", again + "\"iss\":");
        Assert.Equal(TokenVerdict.Malformed,
            desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }

    [Theory]
    [InlineData("\"1764000000\"")]
    [InlineData("1e99")]
    [InlineData("1.9e9")]
    [InlineData("1795521600.5")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1795521600]")]
    [InlineData("99999999999999999999")]
    [InlineData("999999999999999")]
    [InlineData("01795521600")]
    public void Attack_06_an_expiry_that_is_no_whole_number(string expiry)
    {
        var desk = new Desk();
        var iat = Desk.Noon.ToUnixTimeSeconds();
        var payload = Desk.Payload($"\"exp\":{iat + 600}", $"\"exp\":{expiry}");
        Assert.Equal(TokenVerdict.Malformed,
            desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"HS256","kid":"hs-1","typ":"cdn+jwt"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt","kid":"hs-1"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt"}x""")]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt",}""")]
    [InlineData("""["alg"]""")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"alg":"HS256","kid":"hs-1"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs-1","typ":"JWT"}""")]
    public void Attack_06_a_header_that_can_be_read_in_two_ways(string header)
    {
        var desk = new Desk();
        Assert.Equal(
            TokenVerdict.Malformed,
            desk.Verify(desk.Forge(header, Desk.Payload()), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void Attack_06_random_bytes_as_header_and_claims_never_throw_and_never_verify()
    {
        var desk = new Desk();
        var text = Gen.String[Gen.Char["{}[]\":,\\ u0019exphs-1algkidtypcdn+jwtHS256\u00E9\n"], 0, 80];
        Gen.Select(text, text).Sample((header, payload) =>
        {
            Assert.NotEqual(TokenVerdict.Valid,
                desk.Verify(desk.Forge(header, payload), TokenForm.Jwt, Desk.AskThumb));
            Assert.NotEqual(
                TokenVerdict.Valid,
                desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
        }, iter: 2000);
    }

    [Theory]
    [InlineData("prefix:/alice/nature/", "prefix:/alice/\\ud800/")]
    [InlineData("\"iss\":\"photos\"", "\"iss\":\"photos\\ud800\"")]
    [InlineData("\"flk_own\":\"01HALICE\"", "\"flk_own\":\"\\udc00\"")]
    [InlineData("\"flk_ep\":7", "\"flk_ep\":[[[[[[[[[[7]]]]]]]]]]")]
    public void Attack_06_claims_that_readers_stumble_over(string change, string to)
    {
        var desk = new Desk();
        var token = desk.Forge(Desk.Header, Desk.Payload(change, to));

        Assert.Equal(TokenVerdict.Malformed, desk.Verify(token, TokenForm.Jwt, Desk.AskThumb));
        Assert.NotNull(TokenInspector.Explain(token, TokenForm.Jwt).Problem);
    }

    [Fact]
    public void Attack_06_a_damaged_payload_is_refused_or_says_what_every_reader_would_say()
    {
        var desk = new Desk();
        var good = Desk.Payload();
        var damage =
            Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 3], Gen.Char["{}[]\":,\\ u019efl_kx.-\u00E9"]);
        damage.Array[1, 3].Sample(blows =>
        {
            var text = good;
            foreach (var (at, kind, c) in blows)
            {
                var here = Math.Min(at, text.Length - 1);
                text = kind switch
                {
                    0 => text.Remove(here, 1),
                    1 => text.Insert(here, c.ToString()),
                    2 => text[..here] + c + text[(here + 1)..],
                    _ => text.Insert(here, text.Substring(here, Math.Min(14, text.Length - here))),
                };
            }
            if (
                desk.Verify(desk.Forge(Desk.Header, text), TokenForm.Jwt,
                    Desk.AskThumb) != TokenVerdict.Valid) return;
            using var document = System.Text.Json.JsonDocument.Parse(text);
            var names = document.RootElement.EnumerateObject().Select(claim => claim.Name).ToList();
            Assert.Equal(names.Count, names.Distinct().Count());
            Assert.Equal("photos", document.RootElement.GetProperty("iss").GetString());
            Assert.Equal(Desk.Host, document.RootElement.GetProperty("aud").GetString());
            Assert.True(document.RootElement.GetProperty("exp").GetInt64() > Desk.Noon.ToUnixTimeSeconds());
        }, iter: 5000);
    }

    [Fact]
    public void Attack_07_a_second_spelling_of_the_same_base64()
    {
        var desk = new Desk();
        var jwt = desk.HsMinter.MintJwt(Desk.Album);
        var fs1 = desk.HsMinter.MintFs1(Desk.Album);
        Assert.Equal(TokenVerdict.Valid, desk.Verify(jwt, TokenForm.Jwt, Desk.AskThumb));

        // 32 bytes leave two unused bits in the last character: the next character decodes to the same bytes
        // elsewhere.
        foreach (var (token, form) in new[] { (jwt, TokenForm.Jwt), (fs1, TokenForm.Fs1) })
        {
            var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            var sibling = token[..^1] + alphabet[alphabet.IndexOf(token[^1], StringComparison.Ordinal) + 1];
            foreach (
                var other in new[] { sibling, token + "=", token + " ", token + "\n", " " + token,
                    token.Replace('-', '+') + "+" })
                Assert.NotEqual(TokenVerdict.Valid, desk.Verify(other, form, Desk.AskThumb));
        }
    }

    [Fact]
    public void Attack_09_a_token_without_an_expiry_is_not_eternal()
    {
        var desk = new Desk();
        var payload = Desk.Payload($"\"exp\":{Desk.Noon.ToUnixTimeSeconds() + 600},", "");
        Assert.Equal(TokenVerdict.MissingClaim,
            desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void Attack_10_a_token_without_a_container_opens_nothing()
    {
        var desk = new Desk();
        var payload = Desk.Payload("\"cdniuc\":\"prefix:/alice/nature/\",", "");
        Assert.Equal(TokenVerdict.MissingClaim,
            desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }

    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void Attack_11_no_second_of_leeway(TokenForm form)
    {
        var desk = new Desk();
        var token =
            RoundTripTests.Mint(desk, form, SigningAlgorithm.HS256,
                Desk.Album.ExpiresIn(TimeSpan.FromMinutes(1)));

        desk.Clock.Advance(TimeSpan.FromSeconds(59));
        var before = desk.Verify(token, form, Desk.AskThumb);
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        var at = desk.Verify(token, form, Desk.AskThumb);
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        var after = desk.Verify(token, form, Desk.AskThumb);

        Assert.Equal((TokenVerdict.Valid, TokenVerdict.Expired, TokenVerdict.Expired), (before, at, after));
    }

    [Fact]
    [Trait("Requirement", "R077")]
    public void Attack_13_a_prefix_ends_where_its_last_segment_ends()
    {
        var desk = new Desk();
        var names = Gen.String[Gen.Char["42/a"], 1, 8].Select(text => "/" + text)
            .Where(text => CanonicalPath.TryParse(text, out _, out _)).Select(CanonicalPath.Parse);
        Gen.Select(names.Where(path => path.SegmentCount > 1), names).Sample((signed, asked) =>
        {
            if (signed.Prefix(1).IsEmpty) return;
            foreach (var form in new[] { TokenForm.Fs1, TokenForm.Jwt })
            {
                var token = RoundTripTests.Mint(
                    desk, form, SigningAlgorithm.HS256,
                    Grant.ForOwner("o", 1).ForHost(Desk.Host).Depth(1, signed));
                var isUnder = asked.Value.Split('/')[1] == signed.Value.Split('/')[1]
                    && asked.Value.Split('/').Length > 2;
                Assert.Equal(isUnder,
                    desk.Verify(token, form, Desk.Ask(asked, PhotoClasses.Thumb)) == TokenVerdict.Valid);
            }
        }, iter: 500);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
