using System.Collections.Concurrent;
using Flickr.Edge.Cache;
using Flickr.Edge.Purge;
using Flickr.Fleet.Invalidations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Fills on their way by key: one per key, unless the one there is too old to be joined or was overtaken by a
/// purge.
/// </summary>
internal sealed class FlightTable(InvalidationHorizon horizon, LocalMarks marks, IOptions<CollapseOptions> options,
    TimeProvider time)
{
    private readonly ConcurrentDictionary<CacheKey, Flight> _flights = new();

    /// <summary>Fills on their way.</summary>
    public int Count => _flights.Count;

    /// <summary>
    /// Joins the fill of a key, or makes one that the caller must start (<paramref name="isLeader"/>). The
    /// caller has entered the flight and must <see cref="Flight.Leave"/> it.
    /// </summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="address">Host and path: a fill begun before a purge that covers them is not
    /// joined.</param>
    /// <param name="isLeader">Whether the flight is new.</param>
    public Flight JoinOrLead(in CacheKey key, in ObjectFacts address, out bool isLeader)
    {
        while (true)
        {
            if (_flights.TryGetValue(key, out var flight) && IsJoinable(flight, address) && flight.TryEnter())
            {
                isLeader = false;
                return flight;
            }
            var fresh = New(key);
            if (flight is null ? _flights.TryAdd(key, fresh) : _flights.TryUpdate(key, fresh, flight))
            {
                isLeader = true;
                return fresh;
            }
        }
    }

    /// <summary>
    /// Makes a fill that the caller leads only when there is none: to renew in the background.
    /// </summary>
    public Flight? LeadIfNone(in CacheKey key)
    {
        var fresh = New(key);
        return _flights.TryAdd(key, fresh) ? fresh : null;
    }

    /// <summary>A fill that nobody can join: for answers that are expected to be uncacheable.</summary>
    public Flight Alone(in CacheKey key) => New(key);

    /// <summary>Takes a flight out of the table, if it is still the one of its key.</summary>
    public void Remove(Flight flight) => _flights.TryRemove(KeyValuePair.Create(flight.Key, flight));

    // The sequence is read before the upstream is asked: an invalidation that comes later covers this fill.
    private Flight New(in CacheKey key) => new(key, horizon.Sequence, time.GetTimestamp())
    {
        MarksSeen = marks.Sequence,
    };

    private bool IsJoinable(Flight flight, in ObjectFacts address)
    {
        var facts = address;
        if (flight.Landed.IsCompletedSuccessfully)
        {
            // Only a body that is being stored can be joined late. An error is for those who waited for it:
            // who comes now elects anew.
            if (flight.Landed.Result is not { Outcome: FillOutcome.Storing, Head: { } head })
            {
                return false;
            }
            facts = head.Facts;
        }
        else if (time.GetElapsedTime(flight.StartedAt) > options.Value.FillAgeMax)
        {
            return false;
        }
        return !marks.Covers(facts, flight.MarksSeen) && (flight.FillSequence == horizon.Sequence
            || horizon.Judge(facts, flight.FillSequence) != Coverage.Hard);
    }
}
