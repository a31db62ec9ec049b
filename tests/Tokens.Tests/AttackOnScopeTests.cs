using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests;

/// <summary>
/// The attacks from number 14 on: tokens that are genuine, used for something else.
/// </summary>
[Trait("Requirement", "R116")]
public sealed class AttackOnScopeTests
{
    [Theory]
    [InlineData("edge.example")]
    [InlineData("edge.example:80")]
    [InlineData("other.example:8081")]
    [InlineData("EDGE.example:8081")]
    [InlineData("edge.example:8081.")]
    [InlineData("edge.example:8081\n")]
    [InlineData("")]
    public void Attack_14_the_host_is_signed(string host)
    {
        var desk = new Desk();
        var jwt = desk.HsMinter.MintJwt(Desk.Album);
        var fs1 = desk.HsMinter.MintFs1(Desk.Album);
        // Also when the token is remembered for its own host.
        Assert.Equal(TokenVerdict.Valid, desk.Verify(jwt, TokenForm.Jwt, Desk.AskThumb));
        Assert.Equal(TokenVerdict.Valid, desk.Verify(fs1, TokenForm.Fs1, Desk.AskThumb));

        Assert.Equal(TokenVerdict.WrongAudience,
            desk.Verify(jwt, TokenForm.Jwt, Desk.AskThumb with { Host = host }));
        Assert.NotEqual(TokenVerdict.Valid,
            desk.Verify(fs1, TokenForm.Fs1, Desk.AskThumb with { Host = host }));
    }

    [Theory]
    [InlineData("https://edge\\\\.example:8081/alice/nature/thumbnail/swans\\\\.jpg", TokenVerdict.Valid)]
    [InlineData("https://edge\\\\.example:8081/alice/nature/.*", TokenVerdict.Valid)]
    [InlineData("/alice/nature/thumbnail/swans", TokenVerdict.OutOfScope)]
    [InlineData("https://edge\\\\.example:8081/alice", TokenVerdict.OutOfScope)]
    [InlineData("swans\\\\.jpg", TokenVerdict.OutOfScope)]
    [InlineData("http://edge\\\\.example:8081/alice/nature/.*", TokenVerdict.OutOfScope)]
    [InlineData("x)|(?:.*", TokenVerdict.Malformed)]
    [InlineData("(?=.*)", TokenVerdict.Malformed)]
    [InlineData("(.)\\\\1*", TokenVerdict.Malformed)]
    [InlineData("(", TokenVerdict.Malformed)]
    [InlineData("", TokenVerdict.Malformed)]
    public void Attack_15_a_pattern_matches_from_end_to_end_or_not_at_all(string pattern,
        TokenVerdict expected)
    {
        var desk = new Desk();
        var payload = Desk.Payload("prefix:/alice/nature/", "regex:" + pattern);
        Assert.Equal(expected, desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void Attack_15_a_pattern_that_explodes_elsewhere_answers_here()
    {
        var desk = new Desk();
        var payload = Desk.Payload("prefix:/alice/nature/", "regex:https://.*/(a+)+(a|aa)+b");
        var path = CanonicalPath.Parse("/" + string.Join('/', Enumerable.Repeat(new string('a', 200), 9)));

        // With backtracking this never ends.
        Assert.Equal(
            TokenVerdict.OutOfScope,
            desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.Ask(path, PhotoClasses.Thumb)));
        var longPattern = Desk.Payload("prefix:/alice/nature/", "regex:" + new string('a', 513));
        Assert.Equal(
            TokenVerdict.Malformed,
            desk.Verify(desk.Forge(Desk.Header, longPattern), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void Attack_17_a_tag_that_is_a_bare_hash_over_secret_and_text()
    {
        var desk = new Desk();
        var good = desk.HsMinter.MintFs1(Desk.Album);
        var head = good[..good.LastIndexOf('.')];
        var text = Encoding.ASCII.GetBytes(head);
        byte[][] tags =
            [SHA256.HashData([.. desk.Hs.Secret, .. text]), SHA256.HashData([.. text, .. desk.Hs.Secret]),
                SHA256.HashData(text)];

        foreach (var tag in tags)
            Assert.NotEqual(
                TokenVerdict.Valid,
                desk.Verify(head + "." + Base64Url.EncodeToString(tag), TokenForm.Fs1, Desk.AskThumb));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(15)]
    public void Attack_18_a_short_tag_is_no_tag(int bytes)
    {
        var desk = new Desk();
        var good = desk.HsMinter.MintFs1(Desk.Album);
        var dot = good.LastIndexOf('.');
        var tag = Base64Url.DecodeFromChars(good.AsSpan(dot + 1));

        Assert.Equal(
            TokenVerdict.Malformed,
            desk.Verify(good[..(dot + 1)] + Base64Url.EncodeToString(tag.AsSpan(0, bytes)), TokenForm.Fs1,
                Desk.AskThumb));
        Assert.Equal(
            TokenVerdict.Valid,
            desk.Verify(good[..(dot + 1)] + Base64Url.EncodeToString(tag.AsSpan(0, 16)), TokenForm.Fs1,
                Desk.AskThumb));
    }

    [Theory]
    [InlineData("/a?fs=1&fs=2", null)]
    [InlineData("/a?fs=1&URISigningPackage=2", null)]
    [InlineData("/a?fs=1&fs=1", null)]
    [InlineData("/a?fs=1", "__Secure-fs=2")]
    [InlineData("/a", "__Secure-fs=1; __Secure-fs=2")]
    [InlineData("/a", "x=y; __Secure-URISigningPackage=1;__Secure-fs=2")]
    public void Attack_19_two_tokens_are_none(string target, string? cookies)
    {
        Assert.True(CanonicalTarget.TryParse(target, out var parsed, out _));
        Assert.Equal(TokenVerdict.Ambiguous, TokenCarrier.Find(parsed, cookies, out _));
    }

    [Fact]
    public void Attack_20_no_text_of_the_library_holds_a_token_or_a_signature()
    {
        var desk = new Desk();
        foreach (var (form, token) in new[]
        {
            (TokenForm.Fs1, desk.HsMinter.MintFs1(Desk.Album)),
            (TokenForm.Jwt, desk.EsMinter.MintJwt(Desk.OneOriginal)),
        })
        {
            var signature = token[(token.LastIndexOf('.') + 1)..];
            desk.Verifier.Verify(token, form, Desk.AskThumb, desk.Keys, out var grant);
            var texts = new[]
            {
                TokenInspector.Explain(token, form).ToString(), new PresentedToken(form, token).ToString(),
                new SignedCookie("n", token, "/", Desk.Noon).ToString(), $"{grant}",
                TokenInspector.Explain(token + ".", form).ToString(),
            };
            Assert.All(texts, text => Assert.DoesNotContain(signature, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Attack_21_a_cookie_goes_no_further_than_what_was_signed()
    {
        var desk = new Desk();
        var header = desk.HsMinter.SignCookie(Desk.Album).ToSetCookie();

        Assert.StartsWith("__Secure-fs=1.hs-1.", header, StringComparison.Ordinal);
        foreach (
            var attribute in new[] { "; Path=/alice/nature/;", "; Secure;", "; HttpOnly;", "; SameSite=None",
                "; Expires=Tue, 24 Nov 2026 12:10:00 GMT;" })
            Assert.Contains(attribute, header, StringComparison.Ordinal);
        Assert.DoesNotContain("Domain", header, StringComparison.Ordinal);
        Assert.Throws<MintRefusedException>(() => desk.HsMinter.SignCookie(Desk.OneOriginal));
    }

    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void Attack_24_a_remembered_token_dies_with_its_time_and_its_key(TokenForm form)
    {
        var desk = new Desk();
        var token = RoundTripTests.Mint(desk, form, SigningAlgorithm.HS256, Desk.Album);
        TokenVerdict Under(params VerifyKey[] keys) =>
            desk.Verifier.Verify(token, form, Desk.AskThumb, KeyRing.Of(keys, 2), out _);
        var same = desk.Hs.ToVerifyKey(KeyState.Active);

        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, form, Desk.AskThumb));
        Assert.Equal(TokenVerdict.Valid, Under(same.WithState(KeyState.Retiring)));
        Assert.Equal(TokenVerdict.KeyNotUsable, Under(same.WithState(KeyState.Compromised)));
        Assert.Equal(TokenVerdict.KeyNotUsable, Under(same.WithState(KeyState.Destroyed)));
        Assert.Equal(TokenVerdict.KeyNotUsable, Under(desk.Hs.ToVerifyKey(KeyState.Active, Desk.Noon)));
        Assert.Equal(TokenVerdict.UnknownKey, Under(desk.Es.ToVerifyKey(KeyState.Active)));
        Assert.Equal(TokenVerdict.BadSignature,
            Under(MintKey.NewHs256("hs-1", "photos").ToVerifyKey(KeyState.Active)));
        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, form, Desk.AskThumb));
        desk.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TokenVerdict.Expired, desk.Verify(token, form, Desk.AskThumb));
    }

    [Fact]
    public void Attack_25_a_token_opens_one_class_by_GET_and_nothing_else()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintFs1(Desk.Album);

        Assert.Equal(TokenVerdict.MethodNotAllowed,
            desk.Verify(token, TokenForm.Fs1, Desk.AskThumb with { IsGetOrHead = false }));
        Assert.Equal(TokenVerdict.ClassNotAllowed,
            desk.Verify(token, TokenForm.Fs1, Desk.Ask(Desk.Original, PhotoClasses.Original)));
        Assert.Equal(TokenVerdict.ClassNotAllowed,
            desk.Verify(token, TokenForm.Fs1, Desk.AskThumb with { Class = PhotoClasses.None }));
        Assert.Equal(TokenVerdict.ClassNotAllowed,
            desk.Verify(token, TokenForm.Fs1, Desk.AskThumb with { Class = PhotoClasses.All }));
    }

    [Fact]
    public void Attack_33_a_token_that_asks_for_renewal_gets_none()
    {
        var desk = new Desk();
        var half = Desk.Payload("\"cdniv\":1", "\"cdniv\":1,\"cdniets\":30");
        var whole = Desk.Payload("\"cdniv\":1", "\"cdniv\":1,\"cdniets\":30,\"cdnistt\":1");

        Assert.Equal(TokenVerdict.RenewalIncomplete,
            desk.Verify(desk.Forge(Desk.Header, half), TokenForm.Jwt, Desk.AskThumb));
        Assert.Equal(TokenVerdict.UnknownClaim,
            desk.Verify(desk.Forge(Desk.Header, whole), TokenForm.Jwt, Desk.AskThumb));
    }

    [Theory]
    [InlineData("\"iss\":\"photos\"", "\"iss\":\"other\"", TokenVerdict.WrongIssuer)]
    [InlineData("\"iss\":\"photos\"", "\"iss\":\"Photos\"", TokenVerdict.WrongIssuer)]
    [InlineData("\"iss\":\"photos\",", "", TokenVerdict.MissingClaim)]
    [InlineData("\"aud\":\"edge.example:8081\"", "\"aud\":\"edge.example:8081/\"",
        TokenVerdict.WrongAudience)]
    [InlineData("\"aud\":\"edge.example:8081\"", "\"aud\":[\"edge.example:8081\"]", TokenVerdict.Malformed)]
    [InlineData("\"aud\":\"edge.example:8081\",", "", TokenVerdict.MissingClaim)]
    [InlineData("\"flk_own\":\"01HALICE\",", "", TokenVerdict.MissingClaim)]
    [InlineData("\"flk_ep\":7,", "", TokenVerdict.MissingClaim)]
    [InlineData("\"cdniv\":1", "\"cdniv\":2", TokenVerdict.UnsupportedVersion)]
    [InlineData("flk_own,flk_ep", "flk_own,flk_moon", TokenVerdict.UnknownClaim)]
    [InlineData("\"cdniv\":1", "\"cdniv\":1,\"flk_moon\":1", TokenVerdict.UnknownClaim)]
    [InlineData("\"cdniv\":1", "\"cdniv\":1,\"sub\":\"x\"", TokenVerdict.UnknownClaim)]
    [InlineData("\"flk_cls\":\"thumb rendition metadata\"", "\"flk_cls\":\"thumb original\"",
        TokenVerdict.TokenIdMissing)]
    [InlineData("\"flk_cls\":\"thumb rendition metadata\"", "\"flk_cls\":\"thumb everything\"",
        TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "prefix:/alice/nature", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "/alice/nature/", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "depth:2", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "path:/alice/nature/%74humbnail/swans.jpg", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "path:/alice/nature/thumbnail/swan", TokenVerdict.OutOfScope)]
    [InlineData("prefix:/alice/nature/", "prefix:/alice/natur\u0000/", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "prefix:/alice/natu\u00e9/", TokenVerdict.Malformed)]
    [InlineData("prefix:/alice/nature/", "prefix:/alice/../alice/nature/", TokenVerdict.Malformed)]
    public void Attack_35_a_token_for_someone_or_something_else(string change, string to,
        TokenVerdict expected)
    {
        var desk = new Desk();
        Assert.Equal(TokenVerdict.Valid,
            desk.Verify(desk.Forge(Desk.Header, Desk.Payload()), TokenForm.Jwt, Desk.AskThumb));
        Assert.Equal(expected,
            desk.Verify(desk.Forge(Desk.Header, Desk.Payload(change, to)), TokenForm.Jwt, Desk.AskThumb));
    }

    [Theory]
    [InlineData(2, 600, TokenVerdict.Valid)]
    [InlineData(3, 600, TokenVerdict.IssuedInFuture)]
    [InlineData(0, 3600, TokenVerdict.Valid)]
    [InlineData(0, 3601, TokenVerdict.LifetimeTooLong)]
    [InlineData(-3000, 600, TokenVerdict.Valid)]
    [InlineData(-3001, 600, TokenVerdict.LifetimeTooLong)]
    public void Attack_36_an_issue_in_the_future_or_too_long_before_the_expiry(int issued, int expires,
        TokenVerdict expected)
    {
        var desk = new Desk();
        var now = Desk.Noon.ToUnixTimeSeconds();
        var payload =
            Desk.Payload($"\"exp\":{now + 600},\"iat\":{now}",
                $"\"exp\":{now + expires},\"iat\":{now + issued}");
        Assert.Equal(expected, desk.Verify(desk.Forge(Desk.Header, payload), TokenForm.Jwt, Desk.AskThumb));
    }
}
