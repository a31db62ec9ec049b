using Xunit;

namespace Flickr.Tokens.Tests;

public sealed class TokenInspectorTests
{
    [Fact]
    public void A_token_is_told_in_words()
    {
        var desk = new Desk();
        var fs1 = TokenInspector.Explain(desk.HsMinter.MintFs1(Desk.Album.ForViewer("v1")), TokenForm.Fs1);
        var jwt = TokenInspector.Explain(desk.EsMinter.MintJwt(Desk.OneOriginal), TokenForm.Jwt);

        Assert.Null(fs1.Problem);
        Assert.Equal(("hs-1", "HS256"), (fs1.KeyId, fs1.Algorithm));
        Assert.Contains("expires    2026-11-24 12:10:00Z", fs1.ToString(), StringComparison.Ordinal);
        Assert.Contains("viewer     v1", fs1.ToString(), StringComparison.Ordinal);
        Assert.Contains("first 2 segments", fs1.ToString(), StringComparison.Ordinal);
        Assert.Null(jwt.Problem);
        Assert.Equal(("es-1", "ES256"), (jwt.KeyId, jwt.Algorithm));
        Assert.Contains("cdniuc     path:/alice/nature/original/swans.png", jwt.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", TokenForm.Jwt)]
    [InlineData("a.b", TokenForm.Jwt)]
    [InlineData("a.b.c", TokenForm.Jwt)]
    [InlineData("e30.e30.", TokenForm.Jwt)]
    [InlineData("e30.W10.AA", TokenForm.Jwt)]
    [InlineData("\u00E9", TokenForm.Fs1)]
    [InlineData("1.k", TokenForm.Fs1)]
    public void What_cannot_be_read_says_why(string token, TokenForm form)
    {
        Assert.NotNull(TokenInspector.Explain(token, form).Problem);
    }
}
