using System.Net;

namespace Flickr.Edge.Lane;

/// <summary>
/// A connection that the lane can answer on: the server's own (<see cref="LaneConnection"/>) or one of a loop of
/// ours (<see cref="Loop.LoopConnection"/>). One thread at a time.
/// </summary>
internal interface ILaneSink
{
    /// <summary>Address of the client; null when it has none.</summary>
    IPAddress? Client { get; }

    /// <summary>
    /// Sends at once, past every buffer: bytes taken, 0 when none are now, -1 when the connection is gone. Only
    /// when nothing else is on its way.
    /// </summary>
    long TrySend(ReadOnlySpan<PinnedPiece> pieces);
}
