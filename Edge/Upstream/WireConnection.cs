using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Edge.Upstream;

/// <summary>
/// One connection to a replica, with what has arrived on it and was not taken yet. One exchange at a time; an idle
/// connection holds no buffer.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>Largest head taken, in bytes.</summary>
    public const int HeadBytesMax = 64 << 10;

    private const int BufferBytes = 16 << 10;

    private readonly Socket _socket;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _isDisposed;

    private WireConnection(Socket socket, long connectedAt)
    {
        (_socket, ConnectedAt) = (socket, connectedAt);
    }

    /// <summary>Timestamp of its beginning.</summary>
    public long ConnectedAt { get; }

    /// <summary>Timestamp since which it has been idle.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether a request was answered on it before.</summary>
    public bool IsReused { get; set; }

    /// <summary>What has arrived and was not taken.</summary>
    public ReadOnlySpan<byte> Arrived => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether the other side has closed it, or said what it was not asked for.</summary>
    public bool IsSpoilt => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">There is no connection.</exception>
    public static async ValueTask<WireConnection> ConnectAsync(EndPoint address, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var socket = address is IPEndPoint ip
            ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address, cancellationToken);
            return new WireConnection(socket, time.GetTimestamp());
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends all of it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
        }
    }

    /// <summary>Waits for more; false at the connection's end. More than a head's worth is never held.</summary>
    public async ValueTask<bool> ArriveAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
        _end += count;
        return count > 0;
    }

    /// <summary>Takes bytes: those that have arrived, or else straight from the socket; 0 at its end.</summary>
    public ValueTask<int> TakeAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (_end == _start)
        {
            return _socket.ReceiveAsync(into, SocketFlags.None, cancellationToken);
        }
        var count = Math.Min(into.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(into.Span);
        Skip(count);
        return ValueTask.FromResult(count);
    }

    /// <summary>Takes so many of the arrived bytes.</summary>
    public void Skip(int count)
    {
        _start += count;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
    }

    /// <summary>Gives the buffer back until the next exchange.</summary>
    public void Rest()
    {
        (_start, _end) = (0, 0);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Makes it look broken to the other side, and to whoever waits for an answer on it.</summary>
    public void Break()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already: just as broken.
            IsReused = true;
        }
    }

    /// <summary>Closes it. Not while a read is under way: cancel that first.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        _socket.Dispose();
        Rest();
    }

    private void MakeRoom()
    {
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        }
        if (_end < _buffer.Length)
        {
            return;
        }
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            return;
        }
        if (_buffer.Length >= HeadBytesMax)
        {
            throw new InvalidDataException("a line or a head of an answer is too long");
        }
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
