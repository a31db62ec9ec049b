using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Flickr.Tokens.Tests;

public sealed class KeyRingTests
{
    [Fact]
    public void A_key_is_found_by_its_exact_id()
    {
        var desk = new Desk();

        Assert.True(desk.Keys.TryFind("hs-1"u8, out var key));
        Assert.Equal(SigningAlgorithm.HS256, key.Algorithm);
        Assert.True(desk.Keys.TryFind("es-1", out _));
        foreach (var other in new[] { "", "hs-", "hs-1 ", "HS-1", "hs-1\0", new string('a', 65) })
        {
            Assert.False(desk.Keys.TryFind(Encoding.ASCII.GetBytes(other), out _));
            Assert.False(desk.Keys.TryFind(other, out _));
        }
        Assert.False(KeyRing.Empty.TryFind("hs-1"u8, out _));
        Assert.Throws<ArgumentException>(() => KeyRing.Of([key, key], 1));
    }

    [Theory]
    [InlineData(KeyState.Sealed, false)]
    [InlineData(KeyState.PrePublished, true)]
    [InlineData(KeyState.Active, true)]
    [InlineData(KeyState.Retiring, true)]
    [InlineData(KeyState.Destroyed, false)]
    [InlineData(KeyState.Compromised, false)]
    public void A_key_verifies_in_three_of_its_states(KeyState state, bool expected)
    {
        var desk = new Desk();
        desk.Keys = KeyRing.Of([desk.Hs.ToVerifyKey(state), desk.Es.ToVerifyKey(state)], 2);
        var expectedVerdict = expected ? TokenVerdict.Valid : TokenVerdict.KeyNotUsable;

        Assert.Equal(expectedVerdict,
            desk.Verify(desk.HsMinter.MintFs1(Desk.Album), TokenForm.Fs1, Desk.AskThumb));
        Assert.Equal(expectedVerdict,
            desk.Verify(desk.EsMinter.MintJwt(Desk.Album), TokenForm.Jwt, Desk.AskThumb));
    }

    [Fact]
    public void A_point_off_the_curve_and_a_JWK_for_other_ends_are_no_keys()
    {
        Assert.ThrowsAny<CryptographicException>(
            () => VerifyKey.FromPublicKey("k", "i", new byte[32], new byte[32], KeyState.Active));
        foreach (var jwk in new[]
        {
            "", "[]", "{}", """{"kty":"oct","kid":"k","alg":"HS256","k":"AAAA"}""",
            """{"kty":"oct","kid":"k","alg":"0","k":"AAAA"}""",
            """{"kty":"oct","kid":"k","alg":"ES256","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""",
            """{"kty":"oct","kid":"k","alg":"HS256","use":"enc","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""",
            """{"kty":"oct","kid":"k","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""",
        })
            Assert.Throws<FormatException>(() => VerifyKey.FromJwk(jwk, "i", KeyState.Active));
    }
}
