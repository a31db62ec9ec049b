using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Flickr.Edge.Lane;

/// <summary>
/// The output of a connection, sent by ourselves on the socket: a flush is one gathered send, and waits only
/// for what the socket did not take. So it is known when nothing of the server's is on its way, which the
/// transport's own pipe would not tell, and an answer of the lane can never overtake one of the pipeline.
/// One writer at a time, as any <see cref="PipeWriter"/>.
/// </summary>
internal sealed class LaneOutput : PipeWriter
{
    private const int PiecesMax = 32;
    private readonly Pipe _pipe;
    private readonly ILaneWire _wire;
    private readonly PipeWriter? _transport;
    private readonly MemoryHandle[] _pins = new MemoryHandle[PiecesMax];
    private readonly Lock _gate = new();
    private Task _sending = Task.CompletedTask;
    private Task? _ended;
    private CancellationTokenSource? _flushing;
    private volatile bool _isBroken;

    /// <param name="wire">What is sent on.</param>
    /// <param name="transport">The output that this one replaces, completed with it; null: there is none.</param>
    /// <param name="memory">Where buffers come from; null: the shared pool.</param>
    public LaneOutput(ILaneWire wire, PipeWriter? transport, MemoryPool<byte>? memory)
    {
        (_wire, _transport) = (wire, transport);
        _pipe = new Pipe(new PipeOptions(memory,
            PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0,
            useSynchronizationContext: false));
    }

    /// <summary>Everything written so far was taken by the socket, and more may be sent.</summary>
    public bool IsIdle => _sending.IsCompleted && _pipe.Writer.UnflushedBytes == 0 && !_isBroken
        && _ended is null;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _pipe.Writer.UnflushedBytes;

    /// <summary>
    /// Sends past the buffer, at once: bytes taken, 0 when none are now, -1 when the connection is gone. Only
    /// when idle.
    /// </summary>
    public long TrySend(ReadOnlySpan<PinnedPiece> pieces) => _wire.TrySend(pieces);

    /// <summary>
    /// Sends past the buffer what <paramref name="send"/> gives to the wire. Flushes wait for it.
    /// </summary>
    public Task SendAsync(Func<Task> send) => _sending = send();

    public override void Advance(int bytes) => _pipe.Writer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _pipe.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _pipe.Writer.GetSpan(sizeHint);

    public override void CancelPendingFlush()
    {
        lock (_gate)
        {
            _flushing?.Cancel();
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var buffered = _pipe.Writer.FlushAsync(CancellationToken.None);
        if (!buffered.IsCompletedSuccessfully)
        {
            throw new System.Diagnostics.UnreachableException("a pipe without a threshold made its writer wait");
        }
        buffered.GetAwaiter().GetResult();
        return _sending.IsCompleted && TryDrain()
            ? new ValueTask<FlushResult>(new FlushResult(isCanceled: false, _isBroken))
            : FlushSlowlyAsync(cancellationToken);
    }

    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                return;
            }
            _pipe.Writer.Complete(exception);
            _ended = EndAsync(exception);
        }
    }

    /// <summary>
    /// Ends the output and waits until the socket has taken all of it; after the limit it is cut.
    /// </summary>
    public async Task EndAsync(TimeSpan limit, TimeProvider time)
    {
        Complete();
        try
        {
            await _ended!.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            _wire.Cut("the client took no bytes for too long");
        }
    }

    private async Task EndAsync(Exception? exception)
    {
        await _sending;
        if (!TryDrain())
        {
            await (_sending = DrainAsync());
        }
        _pipe.Reader.Complete();
        _transport?.Complete(exception);
    }

    private async ValueTask<FlushResult> FlushSlowlyAsync(CancellationToken cancellationToken)
    {
        using var flushing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        SetFlushing(flushing);
        try
        {
            while (true)
            {
                // The send itself goes on when the flush is given up: nobody could say how much of it was
                // taken.
                await _sending.WaitAsync(flushing.Token);
                if (TryDrain())
                {
                    return new FlushResult(isCanceled: false, _isBroken);
                }
                _sending = DrainAsync();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FlushResult(isCanceled: true, _isBroken);
        }
        finally
        {
            SetFlushing(null);
        }
    }

    private void SetFlushing(CancellationTokenSource? flushing)
    {
        lock (_gate)
        {
            _flushing = flushing;
        }
    }

    /// <summary>Sends what lies in the buffer; false when the socket does not take all of it now.</summary>
    private bool TryDrain()
    {
        while (!_isBroken && _pipe.Reader.TryRead(out var read))
        {
            var buffer = read.Buffer;
            if (buffer.IsEmpty)
            {
                _pipe.Reader.AdvanceTo(buffer.End);
                return true;
            }
            var sent = SendNow(buffer, out var offered);
            if (sent < 0)
            {
                _pipe.Reader.AdvanceTo(buffer.End);
                Break();
                return true;
            }
            _pipe.Reader.AdvanceTo(buffer.GetPosition(sent));
            if (sent < offered)
            {
                return false;
            }
        }
        return true;
    }

    private async Task DrainAsync()
    {
        try
        {
            while (!TryDrain() && _pipe.Reader.TryRead(out var read))
            {
                var sent = await _wire.SendAsync(read.Buffer.First);
                _pipe.Reader.AdvanceTo(read.Buffer.GetPosition(sent));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Break();
        }
    }

    private unsafe long SendNow(in ReadOnlySequence<byte> buffer, out long offered)
    {
        Span<PinnedPiece> pieces = stackalloc PinnedPiece[PiecesMax];
        var count = 0;
        offered = 0;
        try
        {
            foreach (var memory in buffer)
            {
                if (count == PiecesMax)
                {
                    break;
                }
                _pins[count] = memory.Pin();
                pieces[count] = new PinnedPiece
                {
                    Address = (nint)_pins[count].Pointer,
                    Length = (nuint)memory.Length,
                };
                count++;
                offered += memory.Length;
            }
            return _wire.TrySend(pieces[..count]);
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                _pins[i].Dispose();
            }
        }
    }

    /// <summary>The client is gone, whatever the server still has to say.</summary>
    private void Break()
    {
        _isBroken = true;
        _wire.Cut("the client took no more bytes");
    }
}
