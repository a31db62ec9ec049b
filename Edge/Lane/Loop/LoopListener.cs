using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// The public listener over its loops. The first loop accepts and deals connections out in turn: one listening
/// socket, because with one for each loop (<c>SO_REUSEPORT</c>) a second program on the same port would start
/// and take a part of the clients, instead of being told that the address is in use.
/// </summary>
internal sealed class LoopListener : IConnectionListener
{
    /// <summary>The listener's token among a loop's events.</summary>
    public const int Token = -2;

    private const int AcceptsOfOneTurn = 64;

    private readonly Channel<ConnectionContext> _told =
        Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });

    private readonly EventLoop[] _loops;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private int _next;
    private bool _isResting;
    private bool _isClosed;

    public LoopListener(Socket socket, EventLoop[] loops, MemoryPool<byte> memory)
    {
        (_socket, _loops, Memory) = (socket, loops, memory);
        _descriptor = (int)socket.Handle;
        EndPoint = socket.LocalEndPoint!;
        loops[0].AddListener(_descriptor);
        for (var i = 0; i < loops.Length; i++)
        {
            loops[i].Start(i == 0 ? this : null);
        }
    }

    public EndPoint EndPoint { get; }

    /// <summary>Where the buffers of connections come from.</summary>
    public MemoryPool<byte> Memory { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _told.Reader.WaitToReadAsync(cancellationToken) && _told.Reader.TryRead(out var context) ? context
            : null;

    /// <summary>Takes no more connections, and ends those that only the loops know when their answer has.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        foreach (var loop in _loops)
        {
            loop.Drain();
        }
        await Task.WhenAll(_loops.Select(loop => loop.Drained)).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _told.Writer.TryComplete();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            loop.Stop();
        }
        StopAccepting();
        _told.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Tells the server of a connection; false when it wants no more.</summary>
    public bool TryTell(LoopContext context) => _told.Writer.TryWrite(context);

    /// <summary>Accepts who waits. The first loop's thread.</summary>
    public void AcceptAll()
    {
        for (var i = 0; i < AcceptsOfOneTurn && !_isClosed; i++)
        {
            var descriptor = KernelCalls.Accept(_descriptor, out var client);
            if (descriptor >= 0)
            {
                Deal(descriptor, client);
            }
            else if (descriptor is -KernelCalls.TooManyOfProcess or -KernelCalls.TooManyOfSystem
                or -KernelCalls.NoMemory or -KernelCalls.NoBuffers)
            {
                // The client stays in the queue, which would wake the loop at once, again and again.
                _isResting = true;
                _loops[0].WatchListener(_descriptor, isOn: false);
                return;
            }
            else if (descriptor == KernelCalls.WouldBlock)
            {
                return;
            }
        }
    }

    /// <summary>Tries again after descriptors ran out. The first loop's thread.</summary>
    public void Rearm()
    {
        if (_isResting && !_isClosed)
        {
            _isResting = false;
            _loops[0].WatchListener(_descriptor, isOn: true);
        }
    }

    /// <summary>Closes the listening socket. The first loop's thread, or after its end.</summary>
    public void StopAccepting()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _socket.Dispose();
        }
    }

    private void Deal(int descriptor, IPEndPoint? client)
    {
        var loop = _loops[_next++ % _loops.Length];
        if (loop.Limits.TryOpen(client) is not { } place)
        {
            KernelCalls.Close(descriptor);
            return;
        }
        var connection = new LoopConnection(loop, this, descriptor, client, place);
        if (ReferenceEquals(loop, _loops[0]))
        {
            loop.Adopt(connection);
        }
        else
        {
            loop.Post(connection, LoopOrder.Adopt);
        }
    }
}
