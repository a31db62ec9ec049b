using System.Net.ServerSentEvents;
using System.Text.Json;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;

namespace Flickr.Fleet.Tests.Streaming;

public sealed class StreamFollowerTests : IDisposable
{
    private const string EdgeKey = "edge-key";
    private readonly TemporaryFolder _folder = new();
    private readonly HorizonJournal _journal;
    private readonly Freshness _freshness = new(TimeProvider.System);
    private long _clock = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public StreamFollowerTests()
    {
        _journal = HorizonJournal.Open(_folder.File("horizon"), new HorizonOptions());
        _freshness.Begin();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Entries_in_order_are_applied_once_and_a_heartbeat_that_counts_them_is_credited()
    {
        var follower = Follow();
        follower.Take(Hello(term: 3, head: 0));
        follower.Take(Entry(1, "tag", "a"));
        follower.Take(Entry(2, "tag", "b"));
        follower.Take(Entry(2, "tag", "b"));
        follower.Take(Heartbeat(3, 2));

        Assert.Equal(2, _journal.Horizon.Sequence);
        Assert.Equal(3, _journal.Term);
        Assert.True(_freshness.HasHeard);
    }

    [Fact]
    public void A_missing_entry_ends_the_connection()
    {
        var follower = Follow();
        follower.Take(Hello(1, 5));
        follower.Take(Entry(1, "tag", "a"));

        Assert.Throws<StreamRefusedException>(() => follower.Take(Entry(3, "tag", "c")));
    }

    [Fact]
    public void A_lower_term_is_refused()
    {
        _journal.Apply([], term: 5, sequence: 10);

        Assert.Throws<StreamRefusedException>(() => Follow().Take(Hello(term: 4, head: 100)));
    }

    [Fact]
    public void A_log_of_the_same_term_that_ends_earlier_is_an_old_copy()
    {
        _journal.Apply([], term: 5, sequence: 10);

        Assert.Throws<StreamRefusedException>(() => Follow().Take(Hello(term: 5, head: 9)));
        Follow().Take(Hello(term: 5, head: 10));
    }

    [Theory]
    [InlineData(9L, false)] // the next term began before what we have: those entries are lost there
    [InlineData(null, false)]
    [InlineData(10L, true)]
    [InlineData(12L, true)]
    public void A_later_term_must_have_begun_where_we_are_or_after(long? nextTermStart, bool follows)
    {
        _journal.Apply([], term: 5, sequence: 10);
        var take = () => Follow().Take(Hello(term: 7, head: 200, nextTermStart));

        if (follows)
        {
            take();
        }
        else
        {
            Assert.Throws<StreamRefusedException>(take);
        }
    }

    [Fact]
    public void A_node_that_numbered_invalidations_itself_does_not_follow_a_log_of_other_numbers()
    {
        _journal.ApplyOwn(InvalidationKind.Tag, "a", soft: false, epoch: null, TimeProvider.System);

        Assert.Throws<StreamRefusedException>(() => Follow().Take(Hello(term: 1, head: 50)));
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("")]
    public void A_heartbeat_signed_with_another_key_is_refused(string key)
    {
        var follower = Follow();
        follower.Take(Hello(1, 0));

        Assert.Throws<StreamRefusedException>(() => follower.Take(Heartbeat(1, 0, key)));
        Assert.False(_freshness.HasHeard);
    }

    [Fact]
    public void A_heartbeat_whose_numbers_were_changed_is_refused()
    {
        var signed = HeartbeatEvent.Sign(1, 4, 1000, EdgeKey);

        Assert.True(signed.IsSignedBy(EdgeKey));
        Assert.False((signed with { Head = 3 }).IsSignedBy(EdgeKey));
        Assert.False((signed with { Term = 2 }).IsSignedBy(EdgeKey));
        Assert.False((signed with { TimeMs = 1001 }).IsSignedBy(EdgeKey));
        Assert.False((signed with { Signature = "" }).IsSignedBy(EdgeKey));
        Assert.False((signed with { Signature = signed.Signature + "A" }).IsSignedBy(EdgeKey));
    }

    [Fact]
    public void A_heartbeat_that_counts_entries_which_did_not_come_is_not_credited_and_not_borne_for_long()
    {
        var follower = Follow();
        follower.Take(Hello(1, 0));

        follower.Take(Heartbeat(1, 1));
        follower.Take(Heartbeat(1, 1));
        follower.Take(Heartbeat(1, 1));

        Assert.False(_freshness.HasHeard);
        Assert.Throws<StreamRefusedException>(() => follower.Take(Heartbeat(1, 1)));
    }

    [Fact]
    public void A_heartbeat_of_another_term_or_a_shorter_log_ends_the_connection()
    {
        var follower = Follow();
        follower.Take(Hello(1, 2));
        follower.Take(Entry(1, "tag", "a"));
        follower.Take(Entry(2, "tag", "b"));

        Assert.Throws<StreamRefusedException>(() => follower.Take(Heartbeat(2, 2)));
        Assert.Throws<StreamRefusedException>(() => follower.Take(Heartbeat(1, 1)));
    }

    [Fact]
    public void A_snapshot_in_parts_counts_only_when_it_is_whole_and_its_floor_kills_what_is_older()
    {
        var follower = Follow();
        follower.Take(Hello(1, 40));
        follower.Take(Item("snapshot", new SnapshotEvent(1, 40, 0, false, [Wire(20, "tag", "a")]),
            StreamJson.Default.SnapshotEvent));
        follower.Flush();
        Assert.Equal(0, _journal.Horizon.Sequence);
        follower.Take(Item("snapshot", new SnapshotEvent(1, 40, 15, true, [Wire(30, "tag", "b")]),
            StreamJson.Default.SnapshotEvent));
        follower.Take(Heartbeat(1, 40));

        var horizon = _journal.Horizon;
        Assert.Equal(40, horizon.Sequence);
        Assert.Equal(Coverage.Hard, horizon.Judge(Facts("a"), 19));
        Assert.Equal(Coverage.Hard, horizon.Judge(Facts("b"), 29));
        Assert.Equal(Coverage.Hard, horizon.Judge(Facts("other"), 14));
        Assert.Equal(Coverage.None, horizon.Judge(Facts("other"), 15));
    }

    [Fact]
    public void A_kind_that_this_version_does_not_know_covers_everything()
    {
        var follower = Follow();
        follower.Take(Hello(1, 0));
        follower.Take(Entry(1, "galaxy", "andromeda"));
        follower.Flush();

        Assert.Equal(Coverage.Hard, _journal.Horizon.Judge(Facts("any"), 0));
    }

    [Fact]
    public void A_stream_begins_with_hello() =>
        Assert.Throws<StreamRefusedException>(() => Follow().Take(Heartbeat(1, 0)));

    private StreamFollower Follow() => new(_journal, _freshness, EdgeKey);

    private static ObjectFacts Facts(string tag) => new("h", "/a", [tag], null, 0, IsPrivate: false);

    private static InvalidationEntry Wire(long sequence, string kind, string value) =>
        new(sequence, 1000, kind, value, false, null);

    private static SseItem<string> Entry(long sequence, string kind, string value) =>
        Item("invalidation", Wire(sequence, kind, value), StreamJson.Default.InvalidationEntry);

    private static SseItem<string> Hello(long term, long head, long? nextTermStart = null) =>
        Item("hello", new HelloEvent(term, head, 1, nextTermStart, 120_000, 300_000, 86_400_000),
            StreamJson.Default.HelloEvent);

    private SseItem<string> Heartbeat(long term, long head, string key = EdgeKey) =>
        Item("heartbeat", HeartbeatEvent.Sign(term, head, ++_clock, key), StreamJson.Default.HeartbeatEvent);

    private static SseItem<string> Item<T>(string name, T data,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        new(JsonSerializer.Serialize(data, type), name);
}
