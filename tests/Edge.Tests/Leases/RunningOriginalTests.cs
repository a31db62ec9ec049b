using Flickr.Edge.Tests.Harness;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Tests.Leases;

public sealed class RunningOriginalTests
{
    private const string Path = "/alice/nature/original/swans.jpg";
    private readonly PhotoOrigin _photos = new();

    [Theory, Trait("Requirement", "R024")]
    [InlineData("owner", "alice-id", 2L)]
    [InlineData("viewer", "viewer-1", null)]
    [InlineData("key", "k1", null)]
    [InlineData("token", "token-1", null)]
    [InlineData("url", Path, null)]
    public async Task A_slow_download_of_8_MB_is_cut_when_it_is_taken_back(string kind, string value, long? epoch)
    {
        var large = new RangeOrigin(8 << 20) { GateAt = 1 << 20 };
        await using var origin = await OriginServer.StartAsync(large.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(1, _photos, origin.Address);
        using var answer = await fleet.GetAsync(0, Path + Original());
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1 << 20]);

        await fleet.Controls[0].InvalidateAsync(kind, value, epoch);
        large.Gate.SetResult();
        var got = 1 << 20;
        var cut = await Record.ExceptionAsync(async () =>
        {
            var bytes = new byte[16 << 10];
            for (var count = 1; count > 0;)
            {
                count = await body.ReadAsync(bytes);
                got += count;
            }
        });

        Assert.True(cut is IOException or HttpRequestException, $"{cut}");
        Assert.InRange(got, 1 << 20, 4 << 20);
        Assert.Equal(1, await fleet.Edges[0].MetricAsync("flickr_edge_aborts_total"));
    }

    [Fact]
    public async Task A_download_goes_on_when_something_else_is_taken_back()
    {
        var large = new RangeOrigin(8 << 20) { GateAt = 1 << 20 };
        await using var origin = await OriginServer.StartAsync(large.AnswerAsync);
        await using var fleet = await EdgeFleet.StartAsync(1, _photos, origin.Address);
        using var answer = await fleet.GetAsync(0, Path + Original());

        await fleet.Controls[0].InvalidateAsync("owner", "bob-id", 2);
        await fleet.Controls[0].InvalidateAsync("viewer", "viewer-2");
        large.Gate.SetResult();

        Assert.Equal(large.Body, await answer.Content.ReadAsByteArrayAsync());
    }

    private string Original() => "?" + new TokenMinter(_photos.Key, TimeProvider.System).MintQuery(
        Grant.ForOwner("alice-id", 1).ForViewer("viewer-1").ForHost(EdgeFleet.Host).WithTokenId("token-1")
            .Exact(CanonicalPath.Parse(Path)).Open(PhotoClasses.Original));
}
