using Flickr.Edge.Leases;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Edge.Tests.Leases;

public sealed class LeaseTableTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LeaseTable _table;

    public LeaseTableTests() => _table = new LeaseTable(new LeaseOptions { ViewersMax = 100 }, _time);

    [Fact]
    public void A_lease_that_nobody_renews_ends()
    {
        Assert.Equal(LeaseVerdict.Granted, _table.Claim(Claim("a", 1), out _));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(_table.Renew(Claim("a", 1)));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(LeaseVerdict.Busy, _table.Claim(Claim("b", 2), out _));

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(LeaseVerdict.Granted, _table.Claim(Claim("b", 2), out _));
    }

    [Fact]
    public void A_home_that_was_restarted_takes_a_renewed_lease_up_again_unless_its_object_has_gone_to_another()
    {
        Assert.True(_table.Renew(Claim("a", 1)));
        Assert.Equal(LeaseVerdict.Busy, _table.Claim(Claim("b", 2), out _));

        Assert.Equal(LeaseVerdict.Granted, _table.Claim(Claim("a", 3), out var superseded));

        Assert.Equal(["e/1"], superseded);
        Assert.False(_table.Renew(Claim("a", 1)));
        Assert.True(_table.Renew(Claim("a", 3)));
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_their_order_and_a_fifth_does_not_wait()
    {
        _table.Claim(Claim("a", 1), out _);
        var waiting = Enumerable.Range(2, 4).Select(holder => _table.WaitAsync(Claim($"o{holder}", holder),
            TestContext.Current.CancellationToken)).ToArray();

        var fifth = await _table.WaitAsync(Claim("z", 9), TestContext.Current.CancellationToken);
        Assert.Equal(LeaseVerdict.Busy, fifth.Verdict);
        for (var i = 0; i < 4; i++)
        {
            Assert.False(waiting[i].IsCompleted);
            _table.Release("viewer", $"e/{i + 1}");
            Assert.Equal(LeaseVerdict.Granted, (await waiting[i]).Verdict);
        }
        _table.Release("viewer", "e/5");

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task Who_waited_too_long_is_refused_and_leaves_nothing_behind()
    {
        _table.Claim(Claim("a", 1), out _);
        var waiting = _table.WaitAsync(Claim("b", 2), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(LeaseVerdict.Busy, (await waiting).Verdict);
        _table.Release("viewer", "e/1");

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task A_waiter_whose_client_left_does_not_take_the_place()
    {
        _table.Claim(Claim("a", 1), out _);
        using var left = new CancellationTokenSource();
        var waiting = _table.WaitAsync(Claim("b", 2), left.Token);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _table.Release("viewer", "e/1");

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void More_viewers_than_are_kept_are_not_limited_and_room_is_made_of_leases_that_ended()
    {
        for (var i = 0; i < 100; i++)
        {
            _table.Claim(new LeaseClaim($"v{i}", "a", $"e/{i}", 1), out _);
        }
        Assert.Equal(LeaseVerdict.Granted, _table.Claim(Claim("a", 1), out _));
        Assert.Equal(LeaseVerdict.Granted, _table.Claim(Claim("b", 2), out _));
        Assert.Equal(100, _table.Count);

        _time.Advance(TimeSpan.FromSeconds(16));
        _table.Claim(Claim("a", 1), out _);

        Assert.Equal(1, _table.Count);
        Assert.Equal(LeaseVerdict.Busy, _table.Claim(Claim("b", 2), out _));
    }

    private static LeaseClaim Claim(string name, int holder) => new("viewer", name, $"e/{holder}", 1);
}
