using System.Threading.Channels;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Fleet.Tests.Streaming;

public sealed class ControlPlaneStreamTests : IAsyncLifetime
{
    private const string EdgeKey = "edge-key";
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private HorizonJournal _journal = null!;
    private ScriptedControlPlane _plane = null!;
    private ControlPlaneStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ScriptedControlPlane.StartAsync();
        _journal = HorizonJournal.Open(_folder.File("horizon"), new HorizonOptions());
        _stream = new ControlPlaneStream(
            new ControlPlaneStreamOptions
            {
                Addresses = [_plane.Address],
                Key = EdgeKey,
                EdgeId = "edge-1",
                PublicAddress = "http://edge-1",
                ReconnectMin = TimeSpan.FromMilliseconds(10),
                ReconnectMax = TimeSpan.FromMilliseconds(100),
                SilenceMax = TimeSpan.FromSeconds(2),
            },
            _journal, _time, NullLogger<ControlPlaneStream>.Instance);
        await _stream.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.StopAsync(CancellationToken.None);
        _stream.Dispose();
        await _plane.DisposeAsync();
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_says_where_it_stands_applies_acknowledges_and_goes_on_there_after_a_cut()
    {
        var first = await NextAsync(_plane.Opened.Reader);
        _plane.Hello(term: 3, head: 0);
        _plane.Keys(7);
        _plane.Invalidate(1, "a");
        _plane.Beat(3, 1, EdgeKey);
        await UntilAsync(status => status is { IsSynchronised: true, Sequence: 1, KeysVersion: 7 });
        while ((await NextAsync(_plane.Acknowledged.Reader)) is not { Sequence: 1, KeysVersion: 7 })
        {
            // Earlier ones say less; the last says all.
        }
        _plane.Cut();
        var second = await NextAfterWaitAsync();

        Assert.Contains("after=0&term=0", first, StringComparison.Ordinal);
        Assert.Contains("edge=edge-1&after=1&term=3", second, StringComparison.Ordinal);
        Assert.True(_stream.IsFreshFor(isPrivate: true, DateTimeOffset.UtcNow.AddHours(-1)));
    }

    [Fact]
    public async Task A_heartbeat_signed_with_another_key_is_not_believed_and_the_connection_dropped()
    {
        await NextAsync(_plane.Opened.Reader);
        _plane.Hello(term: 1, head: 0);
        _plane.Keys(7);
        _plane.Beat(1, 0, "another key");

        await UntilAsync(status => status.Problem?.Contains("signature", StringComparison.Ordinal) == true);

        Assert.False(_stream.Status.IsSynchronised);
        Assert.False(_stream.IsFreshFor(isPrivate: true, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_lower_term_is_refused_and_what_was_applied_stays()
    {
        await NextAsync(_plane.Opened.Reader);
        _plane.Hello(term: 5, head: 1);
        _plane.Invalidate(1, "a");
        _plane.Beat(5, 1, EdgeKey);
        await UntilAsync(status => status is { Sequence: 1, SinceHeartbeat: not null });
        _plane.Cut();
        await NextAfterWaitAsync();
        _plane.Hello(term: 4, head: 9);
        _plane.Invalidate(2, "b");
        _plane.Beat(4, 2, EdgeKey);

        await UntilAsync(status =>
            status.Problem?.Contains("term 4 is lower", StringComparison.Ordinal) == true);

        Assert.Equal(1, _journal.Horizon.Sequence);
        Assert.Equal(5, _journal.Term);
    }

    [Fact]
    [Trait("Requirement", "R024")]
    public async Task With_its_stream_cut_an_edge_refuses_old_tokens_at_the_bound_and_still_serves_fresh_ones()
    {
        await NextAsync(_plane.Opened.Reader);
        _plane.Hello(term: 1, head: 0);
        _plane.Keys(7);
        _plane.Beat(1, 0, EdgeKey);
        await UntilAsync(status => status.IsSynchronised);
        var old = _time.GetUtcNow().AddMinutes(-5);
        await _plane.DisposeAsync();
        await UntilAsync(status => !status.IsConnected);

        _time.Advance(TimeSpan.FromSeconds(119));
        var within = _stream.IsFreshFor(isPrivate: true, old);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(within);
        Assert.False(_stream.IsFreshFor(isPrivate: true, old));
        Assert.True(_stream.IsFreshFor(isPrivate: true, _time.GetUtcNow().AddSeconds(-1)));
        Assert.True(_stream.IsFreshFor(isPrivate: false, old));
    }

    [Fact]
    public async Task A_silent_stream_is_dropped()
    {
        await NextAsync(_plane.Opened.Reader);
        _plane.Hello(term: 1, head: 0);

        await UntilAsync(status => status.IsConnected);
        _time.Advance(TimeSpan.FromSeconds(3)); // nothing was said for SilenceMax
        await UntilAsync(status => status.Reconnects >= 1);

        Assert.True(_stream.Status.Reconnects >= 1);
    }

    private async Task UntilAsync(Func<StreamStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _stream.WaitAsync(condition, limit.Token);
    }

    /// <summary>The stream waits on the test's clock before it comes again.</summary>
    private async Task<string> NextAfterWaitAsync()
    {
        await UntilAsync(status => !status.IsConnected);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        string? query;
        while (!_plane.Opened.Reader.TryRead(out query))
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await tick.WaitForNextTickAsync();
        }
        return query;
    }

    private static async Task<T> NextAsync<T>(ChannelReader<T> reader)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await reader.ReadAsync(limit.Token);
    }
}
