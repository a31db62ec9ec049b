using System.Diagnostics.CodeAnalysis;
using System.Net;
using Flickr.Edge.Respond;
using Flickr.Listening;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// One connection in a loop. Its bytes go to the lane as long as the server has none of them to deal with, and
/// to the server otherwise; the server comes to know of the connection with the first bytes it gets.
/// </summary>
/// <remarks>
/// Whose turn it is, is one comparison, so that no answer of the lane can overtake one of the server:
/// 1. the loop counts the bytes it has handed over; 2. the gate in front of the server, about to wait for the
/// next request with nothing half read, says how many the server has taken in (<see cref="Park"/>) — by then its
/// answers were written and their flush awaited; 3. the two numbers being equal, and the output idle, the server
/// waits with everything said, and cannot begin anything before the loop hands over more.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The server is told of the context, and disposes it.")]
internal sealed class LoopConnection : ILaneSink
{
    /// <summary>
    /// The server's keep-alive clock does not see what the lane answers. So one request in a while goes to the
    /// server once it knows of the connection, long before that clock runs out.
    /// </summary>
    private static readonly TimeSpan ServerEvery = TimeSpan.FromSeconds(10);

    private readonly EventLoop _loop;
    private readonly LoopListener _listener;
    private readonly IPEndPoint? _remote;
    private LoopContext? _server;
    private SlowAnswer? _slow;
    private byte[]? _kept; // what came behind the request of the slow answer
    private long _handedOver;
    private long _handedAt;
    private long _parkedAt = -1;
    private long _activeAt;
    private State _state;
    private bool _isReadable;
    private bool _isPaused;
    private bool _hasPeerEnded;
    private bool _isInputOver;
    private bool _isServerDone;
    private bool _wasCut;
    private bool _isFreed;

    public LoopConnection(EventLoop loop, LoopListener listener, int descriptor, IPEndPoint? remote,
        ConnectionPlace place)
    {
        (_loop, _listener, Descriptor, _remote, Place) = (loop, listener, descriptor, remote, place);
        Client = remote?.Address;
        _activeAt = loop.Time.GetTimestamp();
    }

    private enum State
    {
        /// <summary>Requests are read.</summary>
        Open,

        /// <summary>Our end is closed; waits for the client's.</summary>
        Lingering,

        /// <summary>Closed; the server may still have to notice.</summary>
        Gone,
    }

    public int Descriptor { get; }

    /// <summary>Its place on the listener.</summary>
    public ConnectionPlace Place { get; }

    /// <summary>Its place in the loop.</summary>
    public int Slot { get; set; }

    public IPAddress? Client { get; }

    /// <summary>Whether it ends with the loop's work, because the server does not know of it.</summary>
    public bool IsOurs => _server is null;

    /// <summary>Whether requests are still read.</summary>
    public bool IsOpen => _state == State.Open;

    /// <summary>Whether the server has taken in everything, answered it, and waits.</summary>
    private bool IsServerWaiting => Volatile.Read(ref _parkedAt) == _handedOver && _server!.IsIdle;

    public long TrySend(ReadOnlySpan<PinnedPiece> pieces) => GatheredSend.Try(Descriptor, pieces);

    /// <summary>The server waits for a request, having taken in so many bytes in all. The gate calls it.</summary>
    public void Park(long takenIn) => Volatile.Write(ref _parkedAt, takenIn);

    /// <summary>The server has taken in what had piled up. Any thread.</summary>
    public void Resume() => _loop.Post(this, LoopOrder.Resume);

    /// <summary>The server uses the descriptor no more. Any thread.</summary>
    public void LetGo() => _loop.Post(this, LoopOrder.Close);

    /// <summary>Something has happened to the descriptor.</summary>
    public void Take(uint events)
    {
        if (_state == State.Gone)
        {
            return;
        }
        if ((events & (KernelCalls.Error | KernelCalls.HangUp)) != 0)
        {
            Break();
            return;
        }
        _hasPeerEnded |= (events & KernelCalls.PeerEnded) != 0;
        if ((events & KernelCalls.Out) != 0)
        {
            _server?.Writable();
            if (_slow is not null)
            {
                SendOn();
            }
        }
        if ((events & (KernelCalls.In | KernelCalls.PeerEnded)) != 0)
        {
            _isReadable = true;
        }
        Read();
    }

    /// <summary>Another thread's order.</summary>
    public void Obey(LoopOrder order)
    {
        _isServerDone |= order == LoopOrder.Close;
        if (_state == State.Gone)
        {
            if (_isServerDone)
            {
                Free();
            }
            return;
        }
        if (order == LoopOrder.Resume)
        {
            _isPaused = false;
            Read();
            return;
        }
        // The lane may be in the middle of an answer that came after the server's last.
        if (_slow is null)
        {
            Linger();
        }
    }

    /// <summary>Looks whether time is up.</summary>
    public void Tick()
    {
        if (_state == State.Gone)
        {
            return;
        }
        if (_slow is not null)
        {
            if (!_slow.KeepsPace(Descriptor, _loop.Limits.BytesPerSecondMin, _loop.Time, _loop.Now))
            {
                CutSlow();
            }
            return;
        }
        var idle = _loop.Time.GetElapsedTime(_activeAt, _loop.Now);
        if (_state == State.Lingering)
        {
            if (idle >= LoopLimits.Linger)
            {
                Close();
            }
        }
        else if (IsOurs && (_loop.IsDraining || idle >= _loop.Limits.KeepAlive))
        {
            Linger();
        }
    }

    /// <summary>The connection broke, or is broken off by us.</summary>
    public void Break()
    {
        if (_state == State.Gone)
        {
            return;
        }
        EndSlow(AnswerOutcome.Aborted);
        _state = State.Gone;
        if (_server is { } server && !_isServerDone)
        {
            // The descriptor stays taken until the server has let go of it.
            KernelCalls.End(Descriptor);
            server.Broke();
            return;
        }
        Free();
    }

    /// <summary>Reads until there is nothing, or until somebody else has to move first.</summary>
    private void Read()
    {
        while (_isReadable && _state != State.Gone && _slow is null && !_isPaused && !_isInputOver)
        {
            var buffer = _loop.Buffer.AsSpan();
            var count = KernelCalls.Receive(Descriptor, buffer);
            if (count == KernelCalls.WouldBlock)
            {
                _isReadable = false;
            }
            else if (count < 0)
            {
                Break();
            }
            else if (count == 0)
            {
                EndInput();
            }
            else
            {
                // A short read has emptied the socket: what comes later is a new event, but for the end.
                _isReadable = count == buffer.Length || _hasPeerEnded;
                if (_state == State.Open)
                {
                    _activeAt = _loop.Now;
                    Share(buffer[..count]);
                }
            }
        }
    }

    /// <summary>Gives bytes to whom they belong.</summary>
    private void Share(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _state == State.Open)
        {
            if (!IsLanesTurn() || bytes.IndexOf("\r\n\r\n"u8) is not (> 0 and var end))
            {
                HandOver(bytes);
                return;
            }
            var step = _loop.Lane.TryAnswer(this, bytes[..(end + 4)], _loop.Time.GetTimestamp(), out var slow);
            if (step == LaneStep.Left)
            {
                HandOver(bytes);
                return;
            }
            bytes = bytes[(end + 4)..];
            if (step == LaneStep.Sending)
            {
                _kept = bytes.IsEmpty ? null : bytes.ToArray();
                _slow = new SlowAnswer(_loop.Lane, slow, _loop.Now);
                _loop.Limits.SlowBegan();
                SendOn();
                return;
            }
        }
    }

    /// <summary>Sends more of the slow answer; when it has ended, goes on where reading stopped.</summary>
    private void SendOn()
    {
        switch (_slow!.SendOn(Descriptor))
        {
            case SlowStep.Waits:
                return;
            case SlowStep.Cut:
                CutSlow();
                return;
        }
        EndSlow(AnswerOutcome.Hit);
        _activeAt = _loop.Now;
        if (_isServerDone || (IsOurs && _loop.IsDraining))
        {
            Linger();
            return;
        }
        if (_kept is { } kept)
        {
            _kept = null;
            Share(kept);
        }
        Read();
    }

    private void CutSlow()
    {
        _loop.Lane.CountCut();
        _wasCut = true;
        Break();
    }

    /// <summary>Gives the lease back and notes the answer.</summary>
    private void EndSlow(AnswerOutcome outcome)
    {
        if (_slow is not { } slow)
        {
            return;
        }
        _slow = null;
        _loop.Limits.SlowEnded();
        _loop.Lane.Account(this, slow.Answer, outcome);
        slow.Answer.Found.Dispose();
    }

    private bool IsLanesTurn() => _loop.Limits.MayBeSlow
        && (IsOurs || (!_isServerDone && IsServerWaiting
            && _loop.Time.GetElapsedTime(_handedAt, _loop.Now) < ServerEvery));

    private void HandOver(ReadOnlySpan<byte> bytes)
    {
        if (_isServerDone)
        {
            return; // it has said its last word, and Connection: close with it
        }
        if (_server is null)
        {
            _server = new LoopContext(this, _loop.Time, _remote, KernelCalls.LocalOf(Descriptor), _listener.Memory);
            if (!_listener.TryTell(_server))
            {
                _isServerDone = true;
                Linger();
                return;
            }
        }
        _handedOver += bytes.Length;
        _handedAt = _loop.Now;
        _isPaused = !_server.Give(bytes);
    }

    private void EndInput()
    {
        _isInputOver = true;
        if (_state == State.Lingering)
        {
            Close();
        }
        else if (_server is { } server && !_isServerDone)
        {
            server.InputEnded();
        }
        else
        {
            Linger();
        }
    }

    /// <summary>Ends our end, and waits a little for the client's: bytes it still sends cause no reset.</summary>
    private void Linger()
    {
        if (_isInputOver)
        {
            Close();
            return;
        }
        _state = State.Lingering;
        _activeAt = _loop.Now;
        _isReadable = true;
        KernelCalls.EndSending(Descriptor);
        Read();
    }

    private void Close()
    {
        _state = State.Gone;
        if (_server is null || _isServerDone)
        {
            Free();
        }
    }

    private void Free()
    {
        if (_isFreed)
        {
            return;
        }
        _isFreed = true;
        if (_wasCut)
        {
            KernelCalls.Reset(Descriptor);
        }
        else
        {
            KernelCalls.Close(Descriptor);
        }
        _loop.Forget(this);
    }
}
