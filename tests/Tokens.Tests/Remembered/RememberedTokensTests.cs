using Flickr.Tokens.Remembered;
using Xunit;

namespace Flickr.Tokens.Tests.Remembered;

public sealed class RememberedTokensTests
{
    [Fact]
    public void The_memory_is_bounded_and_keeps_what_is_used()
    {
        var desk = new Desk(new TokenVerifierOptions { RememberedTokensMax = 2000 });
        var used = desk.HsMinter.MintFs1(Desk.Album.ForViewer("used"));

        for (var i = 0; i < 10_000; i++)
        {
            desk.Verifier.Verify(desk.HsMinter.MintFs1(Desk.Album.ForViewer($"v{i}")), TokenForm.Fs1,
                Desk.AskThumb, desk.Keys, out _);
            if (i % 100 == 0) desk.Verifier.Verify(used, TokenForm.Fs1, Desk.AskThumb, desk.Keys, out _);
        }

        Assert.InRange(desk.Verifier.RememberedTokens, 500, 2200);
        Assert.True(desk.Verifier.IsRemembered(used, TokenForm.Fs1, Desk.Host, desk.Keys));
    }

    [Fact]
    public void A_memory_of_zero_remembers_nothing_and_refused_tokens_are_never_remembered()
    {
        var none = new Desk(new TokenVerifierOptions { RememberedTokensMax = 0 });
        var some = new Desk();
        var token = none.HsMinter.MintFs1(Desk.Album);

        Assert.Equal(TokenVerdict.Valid, none.Verify(token, TokenForm.Fs1, Desk.AskThumb));
        Assert.Equal(TokenVerdict.BadSignature, some.Verify(token, TokenForm.Fs1, Desk.AskThumb));

        Assert.Equal(0, none.Verifier.RememberedTokens);
        Assert.Equal(0, some.Verifier.RememberedTokens);
    }

    [Fact]
    public async Task Many_threads_that_verify_while_keys_are_swapped_see_only_what_their_ring_allows()
    {
        var desk = new Desk();
        var token = desk.HsMinter.MintFs1(Desk.Album);
        var good = KeyRing.Of([desk.Hs.ToVerifyKey(KeyState.Active)], 2);
        var dead = KeyRing.Of([desk.Hs.ToVerifyKey(KeyState.Compromised)], 3);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            await start.Task;
            for (var i = 0; i < 2000; i++)
            {
                var isGood = (i + worker) % 2 == 0;
                var verdict =
                    desk.Verifier.Verify(token, TokenForm.Fs1, Desk.AskThumb, isGood ? good : dead, out _);
                Assert.Equal(isGood ? TokenVerdict.Valid : TokenVerdict.KeyNotUsable, verdict);
            }
        })).ToArray();

        start.SetResult();
        await Task.WhenAll(workers);
    }

    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(1, "DA87C1D86B99AF44347659119B22FC45")]
    [InlineData(2, "8177228DA4A45DC7FCA38BDEF60AFFE4")]
    public void The_keyed_hash_is_SipHash_with_128_bits(int length, string expected)
    {
        var hash = new KeyedHash(Enumerable.Range(0, 16).Select(i => (byte)i).ToArray());
        var value = hash.Of(Enumerable.Range(0, length).Select(i => (byte)i).ToArray());

        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        Assert.Equal(expected, Convert.ToHexString(bytes));
    }
}
