using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests;

public sealed class TokenMinterTests
{
    public static TheoryData<string, Grant, MintRefusal> Refused => new()
    {
        { "no owner", Grant.ForOwner("", 1).ForHost(Desk.Host).Exact(Desk.Thumb), MintRefusal.Owner },
        { "owner with a dot", Grant.ForOwner("a.b", 1).ForHost(Desk.Host).Exact(Desk.Thumb),
            MintRefusal.Owner },
        { "owner with a newline", Grant.ForOwner("a\nb", 1).ForHost(Desk.Host).Exact(Desk.Thumb),
            MintRefusal.Owner },
        { "epoch below zero", Grant.ForOwner("a", -1).ForHost(Desk.Host).Exact(Desk.Thumb),
            MintRefusal.Owner },
        { "no host", Grant.ForOwner("a", 1).Exact(Desk.Thumb), MintRefusal.Host },
        { "host in capitals", Grant.ForOwner("a", 1).ForHost("Edge").Exact(Desk.Thumb), MintRefusal.Host },
        { "host with a newline", Grant.ForOwner("a", 1).ForHost("edge\n").Exact(Desk.Thumb),
            MintRefusal.Host },
        { "no scope", Grant.ForOwner("a", 1).ForHost(Desk.Host), MintRefusal.NoScope },
        { "everything", Desk.Album.Prefix(CanonicalPath.Parse("/")), MintRefusal.PrefixTooShallow },
        { "no class", Desk.Album.Open(PhotoClasses.None), MintRefusal.Classes },
        { "unknown class", Desk.Album.Open((PhotoClasses)16), MintRefusal.Classes },
        { "no time", Desk.Album.ExpiresIn(TimeSpan.Zero), MintRefusal.Lifetime },
        { "too long", Desk.Album.ExpiresIn(TimeSpan.FromHours(1.01)), MintRefusal.Lifetime },
        { "read long ago", Desk.Album.CheckedAt(Desk.Noon.AddSeconds(-61)), MintRefusal.PermissionTooOld },
        { "read in the future", Desk.Album.CheckedAt(Desk.Noon.AddSeconds(2.1)),
            MintRefusal.PermissionTooOld },
        { "viewer with a tilde", Desk.Album.ForViewer("a~b"), MintRefusal.Field },
        { "token id with a dot", Desk.Album.WithTokenId("a.b"), MintRefusal.Field },
        { "tag with a comma", Desk.Album.Tagged("a,b"), MintRefusal.Field },
        { "nine tags", Desk.Album.Tagged("1", "2", "3", "4", "5", "6", "7", "8", "9"), MintRefusal.Field },
        { "no originals", Desk.Album.MaxConcurrentOriginals(0), MintRefusal.Field },
        { "too many originals", Desk.Album.MaxConcurrentOriginals(17), MintRefusal.Field },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_must_not_be_minted_is_refused(string what, Grant grant, MintRefusal expected)
    {
        var desk = new Desk();
        foreach (
            var mint in new Func<Grant, string>[] { desk.HsMinter.MintFs1, desk.HsMinter.MintJwt,
                desk.EsMinter.MintJwt })
        {
            var refused = Assert.Throws<MintRefusedException>(() => mint(grant));
            Assert.True(expected == refused.Refusal, $"{what}: {refused.Refusal}");
        }
    }

    [Theory]
    [InlineData(KeyState.Sealed)]
    [InlineData(KeyState.PrePublished)]
    [InlineData(KeyState.Retiring)]
    [InlineData(KeyState.Compromised)]
    [InlineData(KeyState.Destroyed)]
    public void Only_an_active_key_mints(KeyState state)
    {
        var desk = new Desk();
        var stored = MintKey.FromSecret("k", "photos", desk.Hs.Secret);
        var resting = MintKey.FromPrivateKey("k", "photos", desk.Es.Secret, desk.Es.X, desk.Es.Y);
        Assert.Equal(KeyState.Active, stored.State);

        foreach (var key in new[] { WithState(stored, state), WithState(resting, state) })
            Assert.Equal(
                MintRefusal.KeyNotActive,
                Assert.Throws<MintRefusedException>(() =>
                    new TokenMinter(key, desk.Clock).MintJwt(Desk.Album)).Refusal);
    }

    [Fact]
    public void A_key_whose_lease_is_over_mints_nothing()
    {
        var desk = new Desk();
        var minter =
            new TokenMinter(
                MintKey.FromSecret("k", "photos", desk.Hs.Secret, notAfter: Desk.Noon.AddMinutes(1)),
                desk.Clock);

        minter.MintFs1(Desk.Album);
        desk.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(MintRefusal.KeyNotActive,
            Assert.Throws<MintRefusedException>(() => minter.MintFs1(Desk.Album)).Refusal);
    }

    [Fact]
    public void The_form_must_fit_the_key_and_the_scope()
    {
        var desk = new Desk();
        var dotted = new TokenMinter(MintKey.NewHs256("a.b", "photos"), desk.Clock);
        var deep = CanonicalPath.Parse(string.Concat(Enumerable.Repeat("/a", 17)) + "/");

        Assert.Equal(MintRefusal.KeyNotForForm,
            Assert.Throws<MintRefusedException>(() => desk.EsMinter.MintFs1(Desk.Album)).Refusal);
        Assert.Equal(MintRefusal.KeyNotForForm,
            Assert.Throws<MintRefusedException>(() => dotted.MintFs1(Desk.Album)).Refusal);
        Assert.NotEmpty(dotted.MintJwt(Desk.Album));
        Assert.Equal(
            MintRefusal.ScopeNotInForm,
            Assert.Throws<MintRefusedException>(() =>
                desk.HsMinter.MintFs1(Desk.Album.Prefix(deep))).Refusal);
        Assert.Throws<ArgumentException>(() => Desk.Album.Prefix(Desk.Thumb));
        Assert.Throws<ArgumentException>(() => Desk.Album.Depth(4, Desk.Thumb));
    }

    [Fact]
    public void Equal_input_gives_the_equal_token_in_every_form()
    {
        var desk = new Desk();
        var grant = Desk.OneOriginal.ForViewer("v1").CheckedAt(Desk.Noon);

        foreach (
            var mint in new Func<Grant, string>[] { desk.HsMinter.MintFs1, desk.HsMinter.MintJwt,
                desk.EsMinter.MintJwt })
            Assert.Equal(mint(grant), mint(grant with { }));
        Assert.NotEqual(desk.HsMinter.MintFs1(grant.Once()), desk.HsMinter.MintFs1(grant.Once()));
    }

    [Theory]
    [InlineData(0, 1, 60)]
    [InlineData(0, 60, 60)]
    [InlineData(1, 60, 120)]
    [InlineData(30, 600, 660)]
    [InlineData(0, 3600, 3600)]
    [InlineData(30, 3600, 3600)]
    public void The_expiry_lies_on_whole_minutes_and_never_beyond_the_maximum(int second, int lifetime,
        int expected)
    {
        var desk = new Desk();
        desk.Clock.Advance(TimeSpan.FromSeconds(second));
        var token = desk.HsMinter.MintFs1(Desk.Album.ExpiresIn(TimeSpan.FromSeconds(lifetime)));

        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, TokenForm.Fs1, Desk.AskThumb, out var grant));
        Assert.Equal(Desk.Noon.AddSeconds(expected), grant!.Expires);
    }

    [Fact]
    public void A_permission_that_a_faster_clock_read_counts_as_read_now()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintFs1(Desk.Album.CheckedAt(Desk.Noon.AddSeconds(1.5)));

        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, TokenForm.Fs1, Desk.AskThumb, out var grant));
        Assert.Equal(Desk.Noon, grant!.IssuedAt);
    }

    [Fact]
    [Trait("Requirement", "R077")]
    public void An_address_is_signed_for_its_own_host_and_path_only()
    {
        var desk = new Desk();
        var grant = Grant.ForOwner("01HALICE", 7).Open(PhotoClasses.Original);

        var address = desk.EsMinter.SignUrl("https://Edge.Example/", Desk.Original, "0123456789ab", grant);

        Assert.StartsWith(
            "https://Edge.Example/alice/nature/original/swans.png?v=0123456789ab&URISigningPackage=",
            address, StringComparison.Ordinal);
        var token = address[(address.LastIndexOf('=') + 1)..];
        var request =
            new TokenRequest("edge.example", Desk.Original, IsGetOrHead: true, PhotoClasses.Original);
        Assert.Equal(TokenVerdict.Valid, desk.Verify(token, TokenForm.Jwt, request, out var read));
        Assert.NotNull(read!.TokenId);
        Assert.Equal(
            TokenVerdict.OutOfScope,
            desk.Verify(token, TokenForm.Jwt,
                request with { Path = CanonicalPath.Parse("/alice/nature/original/other.png") }));
        Assert.Equal(
            MintRefusal.Host,
            Assert.Throws<MintRefusedException>(
                () =>
                    desk.EsMinter.SignUrl("https://other.example", Desk.Original, null,
                        grant.ForHost("edge.example"))).Refusal);
        Assert.Equal(
            MintRefusal.PathOutOfScope,
            Assert.Throws<MintRefusedException>(
                () =>
                    desk.EsMinter.SignUrl("https://edge.example", Desk.Original, null,
                        grant.Exact(Desk.Thumb))).Refusal);
    }

    [Theory]
    [InlineData("https://Edge.Example/", "edge.example")]
    [InlineData("https://edge.example:443", "edge.example")]
    [InlineData("http://edge.example:8081/x", "edge.example:8081")]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("http://[::1]:5000", "[::1]:5000")]
    [InlineData("https://b\u00FCcher.example", "xn--bcher-kva.example")]
    public void A_host_is_signed_as_browsers_send_it(string address, string expected)
    {
        Assert.Equal(expected, TokenMinter.HostOf(address));
    }

    [Fact]
    public void A_stored_key_pair_must_be_a_pair()
    {
        var (one, other) = (MintKey.NewEs256("a", "i"), MintKey.NewEs256("b", "i"));

        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(
            () => MintKey.FromPrivateKey("a", "i", one.Secret, other.X, other.Y));
        Assert.Throws<ArgumentException>(() => MintKey.FromSecret("a", "i", new byte[31]));
        Assert.Throws<ArgumentException>(() => MintKey.NewHs256("a b", "i"));
    }

    private static MintKey WithState(MintKey key, KeyState state) => key.Algorithm == SigningAlgorithm.HS256
        ? MintKey.FromSecret(key.KeyId, key.Issuer, key.Secret, state)
        : MintKey.FromPrivateKey(key.KeyId, key.Issuer, key.Secret, key.X, key.Y, state);
}
