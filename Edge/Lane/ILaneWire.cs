using System.Net.Sockets;

namespace Flickr.Edge.Lane;

/// <summary>What a <see cref="LaneOutput"/> sends on: a socket of the server's, or one in a loop of ours.</summary>
internal interface ILaneWire
{
    /// <summary>Bytes taken, 0 when none are now, -1 when the connection is gone.</summary>
    long TrySend(ReadOnlySpan<PinnedPiece> pieces);

    /// <summary>Waits until at least one byte was taken; returns how many.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>The client is gone, or takes nothing: the connection ends.</summary>
    void Cut(string why);
}
