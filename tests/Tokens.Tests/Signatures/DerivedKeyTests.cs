using System.Security.Cryptography;
using System.Text;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests.Signatures;

public sealed class DerivedKeyTests
{
    private static readonly CanonicalPath Album = CanonicalPath.Parse("/alice/nature/");

    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void A_derived_key_mints_below_its_prefix_for_edges_that_hold_the_root(TokenForm form)
    {
        var desk = new Desk();
        var key = desk.Hs.ForPrefix(Desk.Host, Album);
        var minter = new TokenMinter(key, desk.Clock);
        var token = form == TokenForm.Fs1 ? minter.MintFs1(Desk.Album) : minter.MintJwt(Desk.Album);

        Assert.Equal("hs-1~2", key.KeyId);
        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, form, Desk.AskThumb, out var grant));
        Assert.Equal("hs-1", grant!.KeyId);
        var other = Desk.Ask(CanonicalPath.Parse("/alice/cats/thumbnail/1.jpg"), PhotoClasses.Thumb);
        Assert.NotEqual(TokenVerdict.Valid, desk.Verify(token, form, other));
        desk.Keys = KeyRing.Of([desk.Hs.ToVerifyKey(KeyState.Compromised)], 2);
        Assert.Equal(TokenVerdict.KeyNotUsable, desk.Verify(token, form, Desk.AskThumb));
    }

    [Fact]
    public void A_derived_key_is_HKDF_as_written()
    {
        var desk = new Desk();

        var expected = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, desk.Hs.Secret.ToArray(), 32, [],
            Encoding.ASCII.GetBytes("flk/1|edge.example:8081|/alice/nature/"));

        Assert.Equal(expected, desk.Hs.ForPrefix(Desk.Host, Album).Secret.ToArray());
    }

    /// <summary>
    /// The holder of a derived key signs for more than his part, asks for something of his part so that the
    /// edge derives the
    /// right key and remembers the token, and then asks for the rest.
    /// </summary>
    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void A_derived_key_that_signs_for_more_opens_nothing_not_even_its_own_part(TokenForm form)
    {
        var desk = new Desk();
        var stolen = desk.Hs.ForPrefix(Desk.Host, Album);
        // A minter that does not know the bounds, as a thief would write it.
        var minter = new TokenMinter(MintKey.FromSecret(stolen.KeyId, "photos", stolen.Secret), desk.Clock);
        var wide = Grant.ForOwner("01HALICE", 7).ForHost(Desk.Host).Prefix(CanonicalPath.Parse("/alice/"));
        var token = form == TokenForm.Fs1 ? minter.MintFs1(wide) : minter.MintJwt(wide);

        Assert.Equal(TokenVerdict.OutOfScope, desk.Verify(token, form, Desk.AskThumb));
        Assert.NotEqual(
            TokenVerdict.Valid,
            desk.Verify(token, form,
                Desk.Ask(CanonicalPath.Parse("/alice/cats/thumbnail/1.jpg"), PhotoClasses.Thumb)));
        Assert.False(desk.Verifier.IsRemembered(token, form, Desk.Host, desk.Keys));
    }

    [Fact]
    public void A_derived_key_mints_nothing_outside_its_bounds()
    {
        var desk = new Desk();
        var minter = new TokenMinter(desk.Hs.ForPrefix(Desk.Host, Album), desk.Clock);
        var grants = new[]
        {
            Desk.Album.Prefix(CanonicalPath.Parse("/alice/")),
            Desk.Album.Exact(CanonicalPath.Parse("/alice/natures/a")),
            Desk.Album.ForHost("other.example"),
        };

        foreach (var grant in grants)
            Assert.Equal(MintRefusal.OutsideKey,
                Assert.Throws<MintRefusedException>(() => minter.MintFs1(grant)).Refusal);
        Assert.Throws<InvalidOperationException>(() => desk.Es.ForPrefix(Desk.Host, Album));
        Assert.Throws<ArgumentException>(() => desk.Hs.ForPrefix(Desk.Host, CanonicalPath.Parse("/")));
        Assert.Throws<ArgumentException>(() =>
            desk.Hs.ForPrefix(Desk.Host, CanonicalPath.Parse("/alice/nature")));
    }

    [Theory]
    [InlineData("hs-1~0")]
    [InlineData("hs-1~")]
    [InlineData("hs-1~02")]
    [InlineData("hs-1~h")]
    [InlineData("~2")]
    [InlineData("other~2")]
    [InlineData("es-1~2")]
    public void A_key_id_that_is_derived_from_nothing_is_unknown(string keyId)
    {
        var desk = new Desk();
        var minter = new TokenMinter(MintKey.FromSecret(keyId, "photos", desk.Hs.Secret), desk.Clock);

        var verdict = desk.Verify(minter.MintFs1(Desk.Album), TokenForm.Fs1, Desk.AskThumb);

        Assert.Equal(keyId == "es-1~2" ? TokenVerdict.WrongAlgorithm : TokenVerdict.UnknownKey, verdict);
    }
}
