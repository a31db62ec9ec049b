namespace Flickr.Edge.Collapse;

/// <summary>
/// Whether a fill that nobody reads any more is worth its bytes: those who left may come again, but an upstream is
/// not to send a gigabyte for nobody. Asked after every piece.
/// </summary>
internal struct UnreadFill(CollapseOptions options, TimeProvider time)
{
    /// <summary>From here on a body is nearly had: it is read to its end.</summary>
    private const double ShareWorthIts = 0.3;

    private long? _since;

    /// <summary>Nobody has read for too long, or too much is still to come.</summary>
    public bool IsUseless(Flight flight, FlightBody body)
    {
        if (flight.Waiting > 1)
        {
            _since = null;
            return false;
        }
        _since ??= time.GetTimestamp();
        if (time.GetElapsedTime(_since.Value) > options.UnreadTimeMax)
        {
            return true;
        }
        return body.Length is { } length
            ? body.Published < length * ShareWorthIts && length - body.Published > options.UnreadBytesMax
            : body.Published > options.UnreadBytesMax;
    }
}
