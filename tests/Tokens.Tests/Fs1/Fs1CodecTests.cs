using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests.Fs1;

public sealed class Fs1CodecTests
{
    private static readonly byte[] Secret = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    /// <summary>The format as its table says, written a second time: whatever can do HMAC can mint.</summary>
    [Theory]
    [InlineData("d2", "/alice/nature/", "", "")]
    [InlineData("d2", "/alice/nature/", ".c1~vbob", "c1~vbob")]
    [InlineData("f", "/alice/nature/thumbnail/swans.jpg", ".c1~jid_1~n3~o~talbum:1,photo:2~vbob",
        "c1~jid_1~n3~o~talbum:1,photo:2~vbob")]
    [InlineData("d3", "/alice/nature/thumbnail/", "", "")]
    public void A_shell_can_mint(string scope, string path, string field, string options)
    {
        var desk =
            new Desk { Keys =
                KeyRing.Of([VerifyKey.FromSecret("k1", "photos", Secret, KeyState.Active)], 1) };
        var exp = Desk.Noon.ToUnixTimeSeconds() + 600;
        var head = $"1.k1.{To36(exp)}.{To36(600)}.{scope}.01HALICE.7{field}";
        var signed = string.Join('\n',
            "FS1", "k1", Desk.Host, "G", scope, path, "", exp, exp - 600, "01HALICE", 7, options);
        var tag = HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed));

        Assert.Equal(TokenVerdict.Valid,
            desk.Verify($"{head}.{Base64Url.EncodeToString(tag)}", TokenForm.Fs1, Desk.AskThumb));
    }

    [Fact]
    public void The_minted_text_is_pinned()
    {
        var desk = new Desk();
        var minter = new TokenMinter(MintKey.FromSecret("k1", "photos", Secret), desk.Clock);

        var token = minter.MintFs1(Desk.Album.ForViewer("bob"));

        Assert.Equal("1.k1.tp09so.go.d2.01HALICE.7.vbob.", token[..(token.LastIndexOf('.') + 1)]);
    }

    [Fact]
    public void Attack_16_different_grants_never_give_the_same_text_to_sign_or_the_same_token()
    {
        var desk = new Desk();
        var id = Gen.String[Gen.Char["ab1"], 1, 2];
        var grants =
            Gen.Select(id, Gen.Long[0, 40], id.Null(), Gen.Int[1, 15],
                Gen.String[Gen.Char["a:"], 1, 2].Array[0, 2], Gen.Int[1, 3])
            .Select((owner, epoch, viewer, classes, tags, depth) =>
            {
                var grant = Grant.ForOwner(owner, epoch).ForHost(Desk.Host).Depth(depth, Desk.Thumb)
                    .Open((PhotoClasses)classes).Tagged(tags).WithTokenId("t");
                return (Key: $"{owner}|{epoch}|{viewer}|{classes}|{string.Join(' ', tags)}|{depth}",
                    Grant: viewer is null ? grant : grant.ForViewer(viewer));
            });
        Gen.Select(grants, grants).Sample((one, other) =>
            Assert.Equal(one.Key == other.Key,
                desk.HsMinter.MintFs1(one.Grant) == desk.HsMinter.MintFs1(other.Grant)), iter: 2000);
    }

    [Fact]
    public void Attack_16_a_token_whose_parts_are_moved_over_a_boundary_never_verifies()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintFs1(Desk.Album.ForViewer("v1").Tagged("album:1"));
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Int[0, token.Length - 1],
            Gen.Char[".~\n,:0"].Select(c => c.ToString()))
            .Sample((cut, paste, insert) =>
            {
                var moved = token.Remove(cut, 1);
                paste = Math.Min(paste, moved.Length);
                moved = moved.Insert(paste, token[cut].ToString());
                if (moved != token) Assert.NotEqual(TokenVerdict.Valid,
                    desk.Verify(moved, TokenForm.Fs1, Desk.AskThumb));
                Assert.NotEqual(TokenVerdict.Valid,
                    desk.Verify(token.Insert(paste, insert), TokenForm.Fs1, Desk.AskThumb));
            }, iter: 2000);
    }

    [Theory]
    [InlineData("2.k1.tp09so.go.d2.o.7")]
    [InlineData("1..tp09so.go.d2.o.7")]
    [InlineData("1.k1.TP09SO.go.d2.o.7")]
    [InlineData("1.k1.0tp09so.go.d2.o.7")]
    [InlineData("1.k1.-1.go.d2.o.7")]
    [InlineData("1.k1.zzzzzzzzzz.go.d2.o.7")]
    [InlineData("1.k1.tp09so.zzzzzzz.d2.o.7")]
    [InlineData("1.k1.tp09so.go.d0.o.7")]
    [InlineData("1.k1.tp09so.go.d02.o.7")]
    [InlineData("1.k1.tp09so.go.dh.o.7")]
    [InlineData("1.k1.tp09so.go.F.o.7")]
    [InlineData("1.k1.tp09so.go.d.o.7")]
    [InlineData("1.k1.tp09so.go.d2..7")]
    [InlineData("1.k1.tp09so.go.d2.o o.7")]
    [InlineData("1.k1.tp09so.go.d2.o.")]
    [InlineData("1.k1.tp09so.go.d2.o")]
    [InlineData("1.k1.tp09so.go.d2.o.7.")]
    [InlineData("1.k1.tp09so.go.d2.o.7.va.vb")]
    [InlineData("1.k1.tp09so.go.d2.o.7.c0")]
    [InlineData("1.k1.tp09so.go.d2.o.7.cg")]
    [InlineData("1.k1.tp09so.go.d2.o.7.c")]
    [InlineData("1.k1.tp09so.go.d2.o.7.x1")]
    [InlineData("1.k1.tp09so.go.d2.o.7.vb~c1")]
    [InlineData("1.k1.tp09so.go.d2.o.7.c1~c2")]
    [InlineData("1.k1.tp09so.go.d2.o.7.c1~")]
    [InlineData("1.k1.tp09so.go.d2.o.7.~c1")]
    [InlineData("1.k1.tp09so.go.d2.o.7.n1")]
    [InlineData("1.k1.tp09so.go.d2.o.7.nh")]
    [InlineData("1.k1.tp09so.go.d2.o.7.o1")]
    [InlineData("1.k1.tp09so.go.d2.o.7.t")]
    [InlineData("1.k1.tp09so.go.d2.o.7.ta,")]
    [InlineData("1.k1.tp09so.go.d2.o.7.ta,b,c,d,e,f,g,h,i")]
    [InlineData("1.k1.tp09so.go.d2.o.7.v")]
    public void What_the_table_does_not_say_is_malformed_even_when_signed(string head)
    {
        var desk =
            new Desk { Keys =
                KeyRing.Of([VerifyKey.FromSecret("k1", "photos", Secret, KeyState.Active)], 1) };
        var fields = head.Split('.');
        var options = fields.Length > 7 ? string.Join('.', fields[7..]) : "";
        var exp = Desk.Noon.ToUnixTimeSeconds() + 600;
        var signed = string.Join('\n',
            "FS1", "k1", Desk.Host, "G", fields[4], "/alice/nature/", "", exp, exp - 600, fields[5],
            fields.ElementAtOrDefault(6), options);
        var tag = Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed)));

        Assert.Equal(TokenVerdict.Malformed, desk.Verify(head + "." + tag, TokenForm.Fs1, Desk.AskThumb));
    }

    [Theory]
    [InlineData("c4")]
    [InlineData("c5")]
    [InlineData("o")]
    public void Originals_and_single_use_need_an_id(string options)
    {
        var desk =
            new Desk { Keys =
                KeyRing.Of([VerifyKey.FromSecret("k1", "photos", Secret, KeyState.Active)], 1) };
        var exp = Desk.Noon.ToUnixTimeSeconds() + 600;
        var signed =
            string.Join('\n', "FS1", "k1", Desk.Host, "G", "d2", "/alice/nature/", "", exp, exp - 600, "o",
                7, options);
        var tag = Base64Url.EncodeToString(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(signed)));
        var request = Desk.Ask(Desk.Original, options == "o" ? PhotoClasses.Thumb : PhotoClasses.Original);

        var verdict =
            desk.Verify($"1.k1.{To36(exp)}.{To36(600)}.d2.o.7.{options}.{tag}", TokenForm.Fs1, request);

        Assert.Equal(TokenVerdict.TokenIdMissing, verdict);
    }

    [Fact]
    public void A_path_that_ends_above_the_scope_is_outside_it()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintFs1(Desk.Album);

        Assert.Equal(
            TokenVerdict.OutOfScope,
            desk.Verify(token, TokenForm.Fs1,
                Desk.Ask(CanonicalPath.Parse("/alice/nature"), PhotoClasses.Thumb)));
        Assert.Equal(
            TokenVerdict.Valid,
            desk.Verify(token, TokenForm.Fs1,
                Desk.Ask(CanonicalPath.Parse("/alice/nature/"), PhotoClasses.Metadata)));
        Assert.Equal(
            TokenVerdict.Valid,
            desk.Verify(token, TokenForm.Fs1,
                Desk.Ask(CanonicalPath.Parse("/alice/nature/album.json"), PhotoClasses.Metadata)));
    }

    private static string To36(long value)
    {
        var text = "";
        for (; value > 0; value /= 36) text = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(value % 36)]
            + text;
        return text;
    }
}
