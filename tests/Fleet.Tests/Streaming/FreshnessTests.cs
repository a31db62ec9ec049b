using Flickr.Fleet.Streaming;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Fleet.Tests.Streaming;

[Trait("Requirement", "R024")]
public sealed class FreshnessTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Freshness _freshness;

    public FreshnessTests() => _freshness = new Freshness(_time);

    private DateTimeOffset Now => _time.GetUtcNow();
    private long NowMs => Now.ToUnixTimeMilliseconds();

    [Fact]
    public void Nothing_private_before_the_first_heartbeat_and_public_only_on_the_origins_word()
    {
        _freshness.Begin();

        Assert.False(_freshness.IsFreshFor(isPrivate: true, Now));
        Assert.True(_freshness.IsFreshFor(isPrivate: false, Now.AddSeconds(-299)));
        Assert.False(_freshness.IsFreshFor(isPrivate: false, Now.AddSeconds(-301)));
    }

    [Fact]
    public void A_cut_off_edge_refuses_old_tokens_at_the_bound_and_serves_fresh_ones()
    {
        Heartbeat();
        var old = Now.AddHours(-1);

        _time.Advance(TimeSpan.FromSeconds(120));
        var atTheBound = _freshness.IsFreshFor(isPrivate: true, old);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(atTheBound);
        Assert.False(_freshness.IsFreshFor(isPrivate: true, old));
        Assert.True(_freshness.IsFreshFor(isPrivate: true, Now.AddSeconds(-30)));
        Assert.True(_freshness.IsFreshFor(isPrivate: false, old));
    }

    [Fact]
    public void After_a_day_cut_off_even_fresh_tokens_open_nothing()
    {
        Heartbeat();

        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));

        Assert.False(_freshness.IsFreshFor(isPrivate: true, Now));
    }

    [Fact]
    public void A_fresh_token_does_not_vouch_for_the_bytes()
    {
        Heartbeat();
        var confirmed = Now;

        _time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(FreshnessVerdict.Revalidate, _freshness.Judge(tokenIssuedAt: Now, confirmed));
        Assert.Equal(FreshnessVerdict.Fresh, _freshness.Judge(tokenIssuedAt: Now, confirmedAt: Now));
        Assert.Equal(FreshnessVerdict.OutOfDate, _freshness.Judge(tokenIssuedAt: confirmed,
            confirmedAt: Now));
        Assert.Equal(FreshnessVerdict.Revalidate, _freshness.Judge(tokenIssuedAt: null, confirmed));
    }

    [Fact]
    public void Heartbeats_that_waited_in_a_stalled_connection_count_from_when_they_were_sent()
    {
        _freshness.Begin();
        var first = NowMs;
        _freshness.Hear(first);
        _time.Advance(TimeSpan.FromSeconds(100));

        for (var second = 1; second <= 40; second++)
        {
            _freshness.Hear(first + second * 1000); // all arrive now, the last is 60 s old
        }

        Assert.Equal(TimeSpan.FromSeconds(60), _freshness.Age);
    }

    [Fact]
    public void The_first_heartbeat_of_a_connection_is_no_younger_than_the_question()
    {
        _freshness.Begin();
        _time.Advance(TimeSpan.FromSeconds(3));

        _freshness.Hear(NowMs);

        Assert.Equal(TimeSpan.FromSeconds(3), _freshness.Age);
    }

    [Fact]
    public void A_heartbeat_whose_clock_stands_still_is_not_heard()
    {
        Heartbeat();

        Assert.False(_freshness.Hear(NowMs));
        Assert.False(_freshness.Hear(NowMs - 1));
        Assert.True(_freshness.Hear(NowMs + 1));
    }

    [Fact]
    public void A_clock_that_is_off_by_more_than_ten_seconds_stops_private_content()
    {
        _freshness.Begin();

        _freshness.Hear(NowMs - 11_000);

        Assert.Equal(TimeSpan.FromSeconds(11), _freshness.ClockOffset);
        Assert.False(_freshness.IsFreshFor(isPrivate: true, Now));
        Assert.True(_freshness.IsFreshFor(isPrivate: false, Now));
    }

    [Fact]
    public void The_bounds_come_from_the_control_plane_and_are_never_infinite()
    {
        _freshness.Use(new HelloEvent(1, 0, 1, null, 5000, long.MaxValue / 2, 60_000));

        Assert.Equal(new FreshnessBounds(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1),
            TimeSpan.FromMinutes(1)), _freshness.Bounds);
    }

    private void Heartbeat()
    {
        _freshness.Begin();
        Assert.True(_freshness.Hear(NowMs));
    }
}
