using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests;

public sealed class TokenCarrierTests
{
    [Theory]
    [InlineData("/a", null, TokenVerdict.Missing, "")]
    [InlineData("/a?v=1", "x=y", TokenVerdict.Missing, "")]
    [InlineData("/a?FS=1&urisigningpackage=2", null, TokenVerdict.Missing, "")]
    [InlineData("/a?v=1&fs=abc", null, TokenVerdict.Valid, "Fs1 abc")]
    [InlineData("/a?URISigningPackage=abc&v=1", "", TokenVerdict.Valid, "Jwt abc")]
    [InlineData("/a", "x=y; __Secure-fs=abc", TokenVerdict.Valid, "Fs1 abc")]
    [InlineData("/a", "__Secure-URISigningPackage=abc;x=y", TokenVerdict.Valid, "Jwt abc")]
    [InlineData("/a", "fs=abc; __secure-fs=abc", TokenVerdict.Missing, "")]
    [InlineData("/a?fs=", null, TokenVerdict.Malformed, "Fs1 ")]
    public void A_token_is_found_where_it_rides(string target, string? cookies, TokenVerdict expected,
        string found)
    {
        Assert.True(CanonicalTarget.TryParse(target, out var parsed, out _));

        Assert.Equal(expected, TokenCarrier.Find(parsed, cookies, out var token));

        Assert.Equal(found, token.Text is null ? "" : $"{token.Form} {token.Text}");
    }

    [Fact]
    public void A_token_longer_than_any_is_not_looked_at()
    {
        Assert.True(CanonicalTarget.TryParse("/a?fs=" + new string('a', 4097), out var parsed, out _));
        Assert.Equal(TokenVerdict.TooLarge, TokenCarrier.Find(parsed, null, out _));
    }

    [Fact]
    public void The_cookie_that_was_signed_is_the_cookie_that_is_found()
    {
        var desk = new Desk();
        foreach (var minter in new[] { desk.HsMinter, desk.EsMinter })
        {
            var cookie = minter.SignCookie(Desk.Album);
            Assert.True(CanonicalTarget.TryParse(Desk.Thumb.Value, out var target, out _));
            Assert.Equal(TokenVerdict.Valid,
                TokenCarrier.Find(target, $"a=b; {cookie.Name}={cookie.Value}", out var token));
            Assert.Equal(TokenVerdict.Valid, desk.Verify(token.Text, token.Form, Desk.AskThumb));
        }
    }
}
