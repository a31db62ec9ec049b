using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// A connection of a loop as the server sees it: it reads what the loop hands over, and writes to the socket
/// itself, by the gathered sends of <see cref="LaneOutput"/>. The loop tells when the socket takes bytes again.
/// </summary>
internal sealed class LoopContext : DefaultConnectionContext, ILaneWire, IDuplexPipe, IMemoryPoolFeature,
    IConnectionSocketFeature
{
    private const int GoneError = 32; // EPIPE
    private const int PauseAtBytes = 256 << 10;
    private static long _count;

    private readonly LoopConnection _connection;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _gate = new(); // the descriptor may be used; who waits for it
    private readonly Pipe _input;
    private readonly LaneOutput _output;
    private Socket? _socket;
    private TaskCompletionSource? _waiting;
    private bool _isWritable;
    private bool _isLost;
    private bool _isLetGo;

    public LoopContext(LoopConnection connection, TimeProvider time, IPEndPoint? remote, IPEndPoint? local,
        MemoryPool<byte> memory)
        : base($"L{Interlocked.Increment(ref _count):X}")
    {
        (_connection, _time, MemoryPool) = (connection, time, memory);
        _input = new Pipe(new PipeOptions(memory, PipeScheduler.ThreadPool, PipeScheduler.Inline, PauseAtBytes,
            PauseAtBytes / 2, useSynchronizationContext: false));
        _output = new LaneOutput(this, null, memory);
        (RemoteEndPoint, LocalEndPoint) = (remote, local);
        ConnectionClosed = _closed.Token;
        Transport = this;
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set(connection.Place);
        Features.Set(connection);
    }

    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>
    /// The descriptor as a socket, for what asks the kernel about the connection. Nobody reads or writes on it, and it
    /// is valid as long as the server has the connection.
    /// </summary>
    public Socket Socket => _socket ??= new Socket(new SafeSocketHandle(_connection.Descriptor, ownsHandle: false));

    PipeReader IDuplexPipe.Input => _input.Reader;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Everything the server has written was taken by the socket.</summary>
    public bool IsIdle => _output.IsIdle;

    /// <summary>
    /// Gives bytes to the server. False: it has enough, and the loop hears when it wants more. The loop's thread.
    /// </summary>
    public bool Give(ReadOnlySpan<byte> bytes)
    {
        _input.Writer.Write(bytes);
        var flush = _input.Writer.FlushAsync();
        if (flush.IsCompletedSuccessfully)
        {
            flush.GetAwaiter().GetResult();
            return true;
        }
        flush.AsTask().GetAwaiter().UnsafeOnCompleted(_connection.Resume);
        return false;
    }

    /// <summary>The client sends nothing more. The loop's thread.</summary>
    public void InputEnded()
    {
        _input.Writer.Complete();
        TellClosed();
    }

    /// <summary>The connection is gone. The loop's thread.</summary>
    public void Broke()
    {
        Lose();
        _input.Writer.Complete(new ConnectionResetException("the connection broke"));
        TellClosed();
    }

    /// <summary>The socket takes bytes again. The loop's thread.</summary>
    public void Writable()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isWritable = true;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

    public long TrySend(ReadOnlySpan<PinnedPiece> pieces)
    {
        lock (_gate)
        {
            return _isLost || _isLetGo ? -1 : GatheredSend.Try(_connection.Descriptor, pieces);
        }
    }

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            var sent = TrySendOrWait(bytes, out var waiting);
            if (sent != 0)
            {
                return sent > 0 ? (int)sent : throw new SocketException(GoneError);
            }
            if (waiting is not null)
            {
                await waiting;
            }
        }
    }

    public void Cut(string why) => Abort(new ConnectionAbortedException(why));

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Lose();
        TellClosed();
        lock (_gate)
        {
            if (!_isLetGo)
            {
                KernelCalls.End(_connection.Descriptor); // the loop sees the hang-up and tells the reader
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _output.EndAsync(LoopLimits.Grace, _time);
        lock (_gate)
        {
            _isLetGo = true;
        }
        _socket?.SafeHandle.Dispose(); // not the socket: that would end the connection, which lingers
        await _input.Reader.CompleteAsync();
        await base.DisposeAsync();
        _connection.LetGo();
    }

    /// <summary>0 and a task: wait for it. 0 and none: the socket has become writable meanwhile.</summary>
    private unsafe long TrySendOrWait(ReadOnlyMemory<byte> bytes, out Task? waiting)
    {
        waiting = null;
        using var pin = bytes.Pin();
        var piece = new PinnedPiece { Address = (nint)pin.Pointer, Length = (nuint)bytes.Length };
        lock (_gate)
        {
            _isWritable = false;
        }
        var sent = TrySend(new ReadOnlySpan<PinnedPiece>(in piece));
        if (sent != 0)
        {
            return sent;
        }
        lock (_gate)
        {
            if (!_isWritable && !_isLost)
            {
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }
        }
        return 0;
    }

    private void Lose()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isLost = true;
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

    private void TellClosed() =>
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
}
