using Xunit;

namespace Flickr.Tokens.Tests.Signatures;

public sealed class LendingTests
{
    [Fact]
    public async Task Many_threads_under_the_same_keys_never_mix_their_tokens()
    {
        var desk = new Desk();
        var tokens = Enumerable.Range(0, 16).SelectMany(i => new[]
        {
            (TokenForm.Fs1, desk.HsMinter.MintFs1(Desk.Album.ForViewer($"v{i}"))),
            (TokenForm.Jwt, desk.HsMinter.MintJwt(Desk.Album.ForViewer($"v{i}"))),
            (TokenForm.Jwt, desk.EsMinter.MintJwt(Desk.Album.ForViewer($"v{i}"))),
        }).ToArray();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Twice as many threads as there are places for idle hashers, so that some are made and thrown away.
        var workers = Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            await start.Task;
            for (var i = 0; i < 150; i++)
            {
                var (form, token) = tokens[(i * 7 + worker) % tokens.Length];
                var forged = token[..^4] + (token[^4] == 'A' ? 'B' : 'A') + token[^3..];
                var request = Desk.AskThumb;
                Assert.Equal(TokenVerdict.Valid, desk.Verifier.Verify(token, form, request, desk.Keys));
                Assert.Equal(TokenVerdict.BadSignature,
                    desk.Verifier.Verify(forged, form, request, desk.Keys));
            }
        })).ToArray();
        start.SetResult();

        await Task.WhenAll(workers);
    }

    [Fact]
    public async Task Many_threads_mint_equal_tokens_for_equal_grants()
    {
        var desk = new Desk();
        var grant = Desk.OneOriginal.CheckedAt(Desk.Noon);

        var minted = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() =>
            i % 2 == 0 ? desk.EsMinter.MintJwt(grant) : desk.HsMinter.MintFs1(grant))));

        Assert.Equal(2, minted.Distinct().Count());
    }
}
