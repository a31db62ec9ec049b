using System.Collections.Concurrent;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Needles;

/// <summary>
/// Large blobs whose checksum was compared within the last hour, so that a range of one does not cost a read of all of it.
/// At most 8,192; forgets everything when full. Thread-safe.
/// </summary>
internal sealed class VerifiedPlaces(TimeProvider time)
{
    private const int PlacesMax = 8_192;
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<RecordLocation, long> _places = new();

    public bool Has(RecordLocation location) =>
        _places.TryGetValue(location, out var at) && time.GetElapsedTime(at) < Lasts;

    public void Add(RecordLocation location)
    {
        if (_places.Count >= PlacesMax)
        {
            _places.Clear();
        }
        _places[location] = time.GetTimestamp();
    }
}
