using System.Net.ServerSentEvents;
using System.Text.Json;
using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// The rules of one connection, without the connection: events in, changes of journal and freshness out.
/// Events collect
/// until <see cref="Flush"/>, so that a burst costs one sync of the journal.
/// </summary>
internal sealed class StreamFollower(HorizonJournal journal, Freshness freshness, Func<HeartbeatEvent, bool> isGenuine,
    Action<IReadOnlyList<Invalidation>>? applied = null)
{
    private const int LateHeartbeatsMax = 3;
    private readonly List<Invalidation> _pending = [];
    private HelloEvent? _hello;
    private long _reached = journal.Horizon.Sequence;
    private bool _inSnapshot;
    private long _forgetBefore;
    private int _lateHeartbeats;

    /// <summary>Follows with a shared edge key.</summary>
    public StreamFollower(HorizonJournal journal, Freshness freshness, string edgeKey,
        Action<IReadOnlyList<Invalidation>>? applied = null)
        : this(journal, freshness, heartbeat => heartbeat.IsSignedBy(edgeKey), applied)
    {
    }

    /// <summary>Whether hello was heard and accepted.</summary>
    public bool HasHello => _hello is not null;

    /// <summary>The bundle version that the control plane last named.</summary>
    public long KeysVersion { get; private set; }

    /// <summary>Whether a heartbeat of this connection was credited.</summary>
    public bool HasHeartbeat { get; private set; }

    /// <summary>Takes one event.</summary>
    /// <exception cref="StreamRefusedException">It must not be followed; close the connection.</exception>
    public void Take(SseItem<string> item)
    {
        if (_hello is null && item.EventType != "hello")
        {
            throw new StreamRefusedException($"the stream began with '{item.EventType}' instead of hello");
        }
        switch (item.EventType)
        {
            case "hello":
                TakeHello(Read(item, StreamJson.Default.HelloEvent));
                break;
            case "snapshot":
                TakeSnapshot(Read(item, StreamJson.Default.SnapshotEvent));
                break;
            case "invalidation":
                TakeInvalidation(Read(item, StreamJson.Default.InvalidationEntry));
                break;
            case "keys":
                KeysVersion = Math.Max(KeysVersion, Read(item, StreamJson.Default.KeysEvent).Version);
                break;
            case "heartbeat":
                TakeHeartbeat(Read(item, StreamJson.Default.HeartbeatEvent));
                break;
        }
    }

    /// <summary>Applies what has collected: durable when it returns.</summary>
    public void Flush()
    {
        if (_hello is null || _inSnapshot
            || _pending.Count == 0 && _reached <= journal.Horizon.Sequence && _hello.Term <= journal.Term)
        {
            return;
        }
        journal.Apply(_pending, _hello.Term, _reached, _forgetBefore);
        _forgetBefore = 0;
        if (_pending.Count > 0)
        {
            applied?.Invoke([.. _pending]);
            _pending.Clear();
        }
    }

    private void TakeHello(HelloEvent hello)
    {
        var applied = journal.Horizon.Sequence;
        if (hello.Term < journal.Term)
        {
            throw new StreamRefusedException($"term {hello.Term} is lower than {journal.Term}");
        }
        if (hello.Term == journal.Term && hello.Head < applied)
        {
            throw new StreamRefusedException($"the log ends at {hello.Head}, {applied} was already applied: an old copy");
        }
        if (journal.Term == 0 && hello.Head < applied)
        {
            throw new StreamRefusedException("this node has numbered invalidations itself: it must begin with empty storage");
        }
        if (hello.Term > journal.Term && journal.Term > 0 && !(hello.NextTermStart >= applied))
        {
            throw new StreamRefusedException(
                $"term {journal.Term} ended at {hello.NextTermStart} there, {applied} was already applied: an old copy");
        }
        _hello = hello;
        freshness.Use(hello);
    }

    private void TakeSnapshot(SnapshotEvent snapshot)
    {
        if (snapshot.Term != _hello!.Term || snapshot.Sequence < journal.Horizon.Sequence)
        {
            throw new StreamRefusedException("the snapshot is older than what was applied");
        }
        foreach (var entry in snapshot.Entries)
        {
            _pending.Add(entry.ToInvalidation());
        }
        _inSnapshot = !snapshot.Last;
        if (snapshot.Last)
        {
            // What was dropped between our sequence and the floor we shall never hear of.
            _forgetBefore = snapshot.Floor > journal.Horizon.Sequence ? snapshot.Floor : 0;
            _reached = snapshot.Sequence;
        }
    }

    private void TakeInvalidation(InvalidationEntry entry)
    {
        if (_inSnapshot || entry.Sequence > _reached + 1)
        {
            throw new StreamRefusedException($"{entry.Sequence} came after {_reached}: entries are missing");
        }
        if (entry.Sequence == _reached + 1)
        {
            _pending.Add(entry.ToInvalidation());
            _reached = entry.Sequence;
        }
    }

    private void TakeHeartbeat(HeartbeatEvent heartbeat)
    {
        if (!isGenuine(heartbeat))
        {
            throw new StreamRefusedException("a heartbeat's signature is wrong");
        }
        if (heartbeat.Term != _hello!.Term)
        {
            throw new StreamRefusedException($"term {_hello.Term} became {heartbeat.Term}: say hello again");
        }
        if (heartbeat.Head < _reached)
        {
            throw new StreamRefusedException($"the log ends at {heartbeat.Head}, {_reached} was already applied: an old copy");
        }
        if (_inSnapshot || heartbeat.Head > _reached)
        {
            // It vouches for a state that we have not reached: no credit, and not for ever.
            if (++_lateHeartbeats > LateHeartbeatsMax)
            {
                throw new StreamRefusedException($"the log ends at {heartbeat.Head}, but only {_reached} came");
            }
            return;
        }
        Flush();
        if (!freshness.Hear(heartbeat.TimeMs))
        {
            throw new StreamRefusedException("a heartbeat's clock went back");
        }
        _lateHeartbeats = 0;
        HasHeartbeat = true;
    }

    private static T Read<T>(SseItem<string> item,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(item.Data, type)
        ?? throw new StreamRefusedException($"an event '{item.EventType}' is null");
}
