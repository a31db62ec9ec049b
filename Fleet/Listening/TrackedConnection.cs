using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Flickr.Listening;

/// <summary>
/// A connection under watch. Requests begin and end on any thread; the rest is touched by the watch alone.
/// </summary>
internal sealed class TrackedConnection(ConnectionContext connection, ClientShare share, long now)
{
    private const int LevelTcp = 6;
    private const int OptionTcpInfo = 11;

    private readonly Socket? _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
    private readonly byte[] _info = new byte[160];
    private int _requests;
    private long _lastRequestAt = now;
    private volatile bool _isHttp2;
    private long _slowSince;
    private ulong _takenThen;

    public ConnectionContext Connection => connection;

    /// <summary>What the client of this connection has.</summary>
    public ClientShare Share => share;

    /// <summary>A request begins.</summary>
    public void Begin(bool isHttp2)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref share.Requests);
        if (isHttp2)
        {
            _isHttp2 = true;
        }
    }

    /// <summary>A request has ended.</summary>
    public void End(long at)
    {
        Volatile.Write(ref _lastRequestAt, at);
        Interlocked.Decrement(ref share.Requests);
        Interlocked.Decrement(ref _requests);
    }

    /// <summary>
    /// Whether it speaks HTTP/2 and has had no request since. The server takes a PING for life; we do not.
    /// </summary>
    public bool IsIdleSince(long bound) =>
        (_isHttp2 || IsHttp2ByTls()) && Volatile.Read(ref _requests) == 0 && Volatile.Read(ref _lastRequestAt) < bound;

    /// <summary>
    /// Whether bytes have waited for the client all through <paramref name="window"/> and it took fewer than
    /// <paramref name="bytesMin"/> of them. What its machine acknowledged counts (<c>TCP_INFO</c>), so neither the size of a
    /// write nor the buffers in between matter. False where the system does not tell.
    /// </summary>
    public bool IsSlow(long now, long window, long bytesMin)
    {
        if (_socket is null || !TryReadProgress(out var taken, out var waiting))
        {
            return false;
        }
        if (waiting == 0 || _slowSince == 0)
        {
            (_slowSince, _takenThen) = (waiting == 0 ? 0 : now, taken);
            return false;
        }
        if (now - _slowSince < window)
        {
            return false;
        }
        if (taken - _takenThen < (ulong)bytesMin)
        {
            return true;
        }
        (_slowSince, _takenThen) = (now, taken);
        return false;
    }

    private bool IsHttp2ByTls() =>
        connection.Features.Get<ITlsHandshakeFeature>() is not null
        && connection.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.ITlsApplicationProtocolFeature>() is { } tls
        && tls.ApplicationProtocol.Span.SequenceEqual("h2"u8);

    /// <summary>struct tcp_info of Linux: bytes_acked at 120 (8 bytes), notsent_bytes at 144 (4 bytes).</summary>
    private bool TryReadProgress(out ulong taken, out uint waiting)
    {
        (taken, waiting) = (0, 0);
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }
        try
        {
            if (_socket!.GetRawSocketOption(LevelTcp, OptionTcpInfo, _info) < 148)
            {
                return false;
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return false; // closed meanwhile
        }
        taken = BinaryPrimitives.ReadUInt64LittleEndian(_info.AsSpan(120));
        waiting = BinaryPrimitives.ReadUInt32LittleEndian(_info.AsSpan(144));
        return true;
    }
}

/// <summary>What one client holds of the listener. Counted with interlocked operations.</summary>
internal sealed class ClientShare
{
    /// <summary>Open connections; −1 when the last one has gone and the share was forgotten.</summary>
    public int Connections;

    /// <summary>Requests under way.</summary>
    public int Requests;
}
