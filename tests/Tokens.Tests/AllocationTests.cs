using Xunit;

namespace Flickr.Tokens.Tests;

/// <summary>Promises of the hit path, in bytes allocated.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void Verifying_an_HMAC_token_allocates_nothing(TokenForm form)
    {
        var desk = new Desk();
        var token =
            RoundTripTests.Mint(desk, form, SigningAlgorithm.HS256,
                Desk.Album.ForViewer("v1").Tagged("album:1"));
        var request = Desk.AskThumb;

        Assert.Equal(0,
            BytesOf(() => desk.Verifier.Verify(token, form, request, desk.Keys) == TokenVerdict.Valid));
    }

    [Theory]
    [InlineData(TokenForm.Fs1, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.HS256)]
    [InlineData(TokenForm.Jwt, SigningAlgorithm.ES256)]
    public void A_remembered_token_allocates_nothing(TokenForm form, SigningAlgorithm algorithm)
    {
        var desk = new Desk();
        var token = RoundTripTests.Mint(desk, form, algorithm, Desk.Album);
        var request = Desk.AskThumb;

        Assert.Equal(0,
            BytesOf(() =>
                desk.Verifier.Verify(token, form, request, desk.Keys, out _) == TokenVerdict.Valid));
    }

    [Theory]
    [InlineData(TokenForm.Fs1)]
    [InlineData(TokenForm.Jwt)]
    public void A_forged_or_expired_HMAC_token_allocates_nothing(TokenForm form)
    {
        var desk = new Desk();
        var good = RoundTripTests.Mint(desk, form, SigningAlgorithm.HS256, Desk.Album);
        var forged = good[..^4] + (good[^4] == 'A' ? 'B' : 'A') + good[^3..];
        var request = Desk.AskThumb;

        Assert.Equal(0, BytesOf(
            () =>
                desk.Verifier.Verify(forged, form, request, desk.Keys, out _) == TokenVerdict.BadSignature));
        desk.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0,
            BytesOf(() =>
                desk.Verifier.Verify(good, form, request, desk.Keys, out _) == TokenVerdict.Expired));
    }

    [Fact]
    public void The_same_forged_ES256_token_costs_its_signature_once_a_second()
    {
        var desk = new Desk();
        var good = desk.EsMinter.MintJwt(Desk.Album);
        var forged = good[..^4] + (good[^4] == 'A' ? 'B' : 'A') + good[^3..];
        bool IsRefused() => desk.Verifier.Verify(forged, TokenForm.Jwt, Desk.AskThumb, desk.Keys, out _)
            == TokenVerdict.BadSignature;

        // Checking the signature allocates; being known does not.
        Assert.Equal(0, BytesOf(IsRefused));
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(IsRefused());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > before);
        Assert.Equal(TokenVerdict.Valid, desk.Verify(good, TokenForm.Jwt, Desk.AskThumb));
    }

    private static long BytesOf(Func<bool> step)
    {
        // The runtime itself allocates a little on the thread while it compiles a method again, so the
        // quietest of some
        // rounds counts: what a call allocates shows in every round, a thousand times.
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var good = true;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) good &= step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(good);
        }
        return least;
    }
}
