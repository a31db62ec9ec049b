using CsCheck;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests;

public sealed class RoundTripTests
{
    [Theory]
    [Trait("Requirement", "R116")]
    [InlineData(TokenForm.Fs1, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.ES256)]
    public void A_minted_token_opens_what_it_says_and_says_what_was_granted(TokenForm form,
        SigningAlgorithm algorithm)
    {
        var desk = new Desk();
        var grant = Desk.Album.Open(PhotoClasses.All).ForViewer("v-9").Once().MaxConcurrentOriginals(3)
            .Tagged("album:01H", "photo:02H").CheckedAt(Desk.Noon.AddSeconds(-5))
                .ExpiresIn(TimeSpan.FromMinutes(9));
        var token = Mint(desk, form, algorithm, grant);

        var verdict = desk.Verify(token, form, Desk.AskThumb, out var read);

        Assert.Equal(TokenVerdict.Valid, verdict);
        Assert.Equal(form, read!.Form);
        Assert.Equal("photos", read.Issuer);
        Assert.Equal(Desk.Host, read.Audience);
        Assert.Equal((ScopeKind.Prefix, "/alice/nature/"), (read.Scope.Kind, read.Scope.Value));
        Assert.Equal(PhotoClasses.All, read.Classes);
        Assert.Equal(("01HALICE", 7), (read.Owner, read.OwnerEpoch));
        Assert.Equal("v-9", read.Viewer);
        Assert.Equal(22, read.TokenId!.Length);
        Assert.Equal(Desk.Noon.AddSeconds(-5), read.IssuedAt);
        Assert.Equal(Desk.Noon.AddMinutes(9), read.Expires);
        Assert.True(read.Once);
        Assert.Equal(3, read.ConcurrentOriginals);
        Assert.Equal(["album:01H", "photo:02H"], read.Tags);
    }

    [Theory]
    [InlineData(TokenForm.Fs1, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.ES256)]
    public void A_token_is_remembered_and_gives_the_same_grant_again(TokenForm form,
        SigningAlgorithm algorithm)
    {
        var desk = new Desk();
        var token = Mint(desk, form, algorithm, Desk.Album);

        var before = desk.Verifier.IsRemembered(token, form, Desk.Host, desk.Keys);
        desk.Verify(token, form, Desk.AskThumb, out var first);
        desk.Verify(token, form, Desk.AskThumb, out var second);

        Assert.False(before);
        Assert.True(desk.Verifier.IsRemembered(token, form, Desk.Host, desk.Keys));
        Assert.Same(first, second);
    }

    [Fact]
    [Trait("Requirement", "R077")]
    public void One_token_opens_a_page_of_thumbnails_and_nothing_of_another_album()
    {
        var desk = new Desk();
        var paths = Enumerable.Range(0, 200)
            .Select(i =>
                (CanonicalPath.FromSegments("alice", "nature", "thumbnail", $"{i}.jpg"),
                    (string?)"0123456789ab"))
            .ToList();

        var addresses = desk.HsMinter.SignUrls("http://" + Desk.Host, paths, Desk.Album);

        var tokens = new HashSet<string>();
        foreach (var address in addresses)
        {
            Assert.StartsWith("http://edge.example:8081/alice/nature/thumbnail/", address,
                StringComparison.Ordinal);
            var target = address["http://edge.example:8081".Length..];
            Assert.True(CanonicalTarget.TryParse(target, out var parsed, out _));
            Assert.Equal(TokenVerdict.Valid, TokenCarrier.Find(parsed, null, out var presented));
            Assert.Equal("0123456789ab", parsed.FirstValue("v"));
            tokens.Add(presented.Text);
            Assert.Equal(TokenVerdict.Valid,
                desk.Verify(presented.Text, presented.Form, Desk.Ask(parsed.Path, PhotoClasses.Thumb)));
        }
        var token = Assert.Single(tokens);
        foreach (
            var other in new[] { "/alice/nature2/thumbnail/1.jpg", "/alice/natur/thumbnail/1.jpg",
                "/bob/nature/thumbnail/1.jpg", "/alice/nature", "/alice" })
            Assert.NotEqual(TokenVerdict.Valid,
                desk.Verify(token, TokenForm.Fs1, Desk.Ask(CanonicalPath.Parse(other), PhotoClasses.Thumb)));
    }

    [Fact]
    public void Any_grant_comes_back_as_it_was_given_in_every_form()
    {
        var desk = new Desk();
        var id = Gen.String[Gen.Char["aZ09_-"], 1, 12];
        var tag = Gen.String[Gen.Char["aZ09_:-"], 1, 12];
        var grants = Gen.Select(
            id, Gen.Long[0, 1L << 40], Gen.Int[1, 15], id.Null(), Gen.Bool, Gen.Int[1, 16], tag.Array[0, 8],
            Gen.Int[1, 3600]);
        grants.Sample((owner, epoch, classes, viewer, once, originals, tags, seconds) =>
        {
            var grant = Grant.ForOwner(owner, epoch).ForHost(Desk.Host).Depth(1 + seconds % 3, Desk.Thumb)
                .Open((PhotoClasses)classes).Tagged(tags).ExpiresIn(TimeSpan.FromSeconds(seconds));
            if (viewer is not null) grant = grant.ForViewer(viewer);
            if (once) grant = grant.Once();
            if ((classes & 4) != 0) grant = grant.MaxConcurrentOriginals(originals);
            var one = (PhotoClasses)(classes & -classes);
            foreach (var form in new[] { TokenForm.Fs1, TokenForm.Jwt })
            {
                var token = Mint(desk, form, SigningAlgorithm.HS256, grant);
                Assert.Equal(TokenVerdict.Valid,
                    desk.Verify(token, form, Desk.Ask(Desk.Thumb, one), out var read));
                Assert.Equal(
                    (owner, epoch, grant.Classes, viewer, once, grant.ConcurrentOriginals),
                    (read!.Owner, read.OwnerEpoch, read.Classes, read.Viewer, read.Once,
                        read.ConcurrentOriginals));
                Assert.Equal(tags, read.Tags);
                Assert.Equal(grant.Scope!.Value, read.Scope.Value);
                Assert.InRange(read.Expires - Desk.Noon, TimeSpan.FromSeconds(seconds),
                    TimeSpan.FromSeconds(seconds + 59));
            }
        }, iter: 500);
    }

    [Fact]
    public void A_flipped_bit_never_verifies()
    {
        var desk = new Desk();
        var tokens = new[]
        {
            (TokenForm.Fs1, desk.HsMinter.MintFs1(Desk.Album.ForViewer("v1"))),
            (TokenForm.Jwt, desk.HsMinter.MintJwt(Desk.Album.ForViewer("v1"))),
        };
        foreach (var (form, token) in tokens)
        {
            for (var i = 0; i < token.Length; i++)
            {
                for (var bit = 0; bit < 7; bit++)
                {
                    var flipped = token.ToCharArray();
                    flipped[i] = (char)(flipped[i] ^ (1 << bit));
                    Assert.NotEqual(TokenVerdict.Valid,
                        desk.Verify(new string(flipped), form, Desk.AskThumb));
                }
            }
        }
    }

    [Fact]
    public void A_flipped_bit_of_an_ES256_token_never_verifies()
    {
        var desk = new Desk();
        var token = desk.EsMinter.MintJwt(Desk.OneOriginal);
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Int[0, 6]).Sample((at, bit) =>
        {
            var flipped = token.ToCharArray();
            flipped[at] = (char)(flipped[at] ^ (1 << bit));
            Assert.NotEqual(TokenVerdict.Valid,
                desk.Verify(new string(flipped), TokenForm.Jwt,
                    Desk.Ask(Desk.Original, PhotoClasses.Original)));
        }, iter: 300);
    }

    internal static string Mint(Desk desk, TokenForm form, SigningAlgorithm algorithm, Grant grant)
    {
        var minter = algorithm == SigningAlgorithm.HS256 ? desk.HsMinter : desk.EsMinter;
        return form == TokenForm.Fs1 ? minter.MintFs1(grant) : minter.MintJwt(grant);
    }
}
