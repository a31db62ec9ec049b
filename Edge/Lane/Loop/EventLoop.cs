using System.Collections.Concurrent;

namespace Flickr.Edge.Lane.Loop;

/// <summary>What a loop is asked to do with a connection, by another thread.</summary>
internal enum LoopOrder
{
    /// <summary>Take it over from the loop that accepted it.</summary>
    Adopt,

    /// <summary>The server has taken in what had piled up: read on.</summary>
    Resume,

    /// <summary>The server is done with it.</summary>
    Close,
}

/// <summary>
/// One thread over one epoll: it reads the connections given to it, lets the lane answer, and hands everything
/// else to the server. Whatever belongs to a connection's reading is touched by this thread only; others leave
/// orders. It alone closes descriptors, so that nobody ever writes to one that has become somebody else's.
/// </summary>
internal sealed class EventLoop
{
    private const int WakeToken = -1;
    private const int ReceiveBytes = 64 << 10;

    /// <summary>Time between two looks at who has been idle or slow for too long.</summary>
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<(LoopConnection Connection, LoopOrder Order)> _orders = new();
    private readonly List<LoopConnection?> _connections = [];
    private readonly Stack<int> _free = new();
    private readonly ILogger _log;
    private readonly int _epoll = KernelCalls.NewEpoll();
    private readonly int _wake = KernelCalls.NewWake();
    private readonly Thread _thread;
    private LoopListener? _listener;
    private long _tickAt;
    private long _stoppedAt;
    private int _isWoken;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDraining;
    private volatile bool _isStopping;

    public EventLoop(int number, HitLane lane, LoopLimits limits, TimeProvider time, ILogger log)
    {
        (Lane, Limits, Time, _log) = (lane, limits, time, log);
        KernelCalls.Watch(_epoll, _wake, KernelCalls.In, WakeToken);
        _thread = new Thread(Run) { IsBackground = true, Name = $"edge-loop-{number}" };
    }

    public HitLane Lane { get; }

    public LoopLimits Limits { get; }

    public TimeProvider Time { get; }

    /// <summary>Where the loop's connections receive, one after the other.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);

    /// <summary>Timestamp of this turn.</summary>
    public long Now { get; private set; }

    /// <summary>No new work: connections that only the loop knows end when their answer has.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Completes when nothing is left that only the loop knows, after <see cref="Drain"/>.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Starts the thread; with a listener the loop also accepts.</summary>
    public void Start(LoopListener? listener)
    {
        _listener = listener;
        _thread.Start();
    }

    /// <summary>Leaves an order. Any thread.</summary>
    public void Post(LoopConnection connection, LoopOrder order)
    {
        _orders.Enqueue((connection, order));
        Wake();
    }

    /// <summary>Ends what only the loop knows, as soon as its answer has ended. Any thread.</summary>
    public void Drain()
    {
        _isDraining = true;
        Wake();
    }

    /// <summary>Closes everything and ends the thread. Not on the loop's own.</summary>
    public void Stop()
    {
        _isStopping = true;
        Wake();
        _thread.Join();
        KernelCalls.Close(_wake);
        KernelCalls.Close(_epoll);
    }

    /// <summary>Watches something that accepts; its token is the listener's.</summary>
    internal void WatchListener(int descriptor, bool isOn) => KernelCalls.Rewatch(_epoll, descriptor,
        isOn ? KernelCalls.In : 0, LoopListener.Token);

    internal void AddListener(int descriptor) =>
        KernelCalls.Watch(_epoll, descriptor, KernelCalls.In, LoopListener.Token);

    /// <summary>Forgets a connection. The loop's thread only.</summary>
    internal void Forget(LoopConnection connection)
    {
        _connections[connection.Slot] = null;
        _free.Push(connection.Slot);
        Limits.Closed(connection.Place);
    }

    /// <summary>Begins to serve a connection. The loop's thread only.</summary>
    internal void Adopt(LoopConnection connection)
    {
        if (_free.TryPop(out var slot))
        {
            _connections[slot] = connection;
        }
        else
        {
            slot = _connections.Count;
            _connections.Add(connection);
        }
        connection.Slot = slot;
        KernelCalls.Watch(_epoll, connection.Descriptor, KernelCalls.In | KernelCalls.Out | KernelCalls.PeerEnded
            | KernelCalls.EdgeTriggered, slot);
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
        {
            KernelCalls.Wake(_wake);
        }
    }

    private void Run()
    {
        using var events = new EventList();
        while (!IsOver())
        {
            var count = KernelCalls.Wait(_epoll, events, (int)TickEvery.TotalMilliseconds);
            Now = Time.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                Serve(events.Token(i), events.Events(i));
            }
            TakeOrders();
            if (Time.GetElapsedTime(_tickAt, Now) >= TickEvery || _isDraining)
            {
                _tickAt = Now;
                Tick();
            }
        }
        _drained.TrySetResult();
    }

    /// <summary>Told to stop, the loop breaks what is open, and waits a little until the server has let go.</summary>
    private bool IsOver()
    {
        if (!_isStopping)
        {
            return false;
        }
        if (_stoppedAt == 0)
        {
            _stoppedAt = Now;
            foreach (var connection in _connections.ToArray())
            {
                connection?.Break();
            }
        }
        return _connections.TrueForAll(connection => connection is null)
            || Time.GetElapsedTime(_stoppedAt, Time.GetTimestamp()) > StopWithin;
    }

    private void Serve(int token, uint events)
    {
        switch (token)
        {
            case WakeToken:
                // First the flag: an order left after this line wakes again.
                Volatile.Write(ref _isWoken, 0);
                KernelCalls.TakeWake(_wake);
                break;
            case LoopListener.Token:
                _listener!.AcceptAll();
                break;
            default:
                if (_connections[token] is { } connection)
                {
                    Guard(connection, events, static (connection, events) => connection.Take(events));
                }
                break;
        }
    }

    private void TakeOrders()
    {
        while (_orders.TryDequeue(out var order))
        {
            if (order.Order == LoopOrder.Adopt)
            {
                Adopt(order.Connection);
            }
            else
            {
                Guard(order.Connection, (uint)order.Order, static (connection, order) =>
                    connection.Obey((LoopOrder)order));
            }
        }
    }

    private void Tick()
    {
        _listener?.Rearm();
        var ours = 0;
        for (var i = 0; i < _connections.Count; i++)
        {
            if (_connections[i] is { } connection)
            {
                Guard(connection, 0, static (connection, _) => connection.Tick());
                ours += connection is { IsOurs: true, IsOpen: true } ? 1 : 0;
            }
        }
        if (_isDraining)
        {
            _listener?.StopAccepting();
            if (ours == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>A fault of ours costs one connection, not the loop.</summary>
    private void Guard(LoopConnection connection, uint argument, Action<LoopConnection, uint> step)
    {
        try
        {
            step(connection, argument);
        }
        catch (Exception exception)
        {
            EdgeLog.LoopStepBroke(_log, exception);
            connection.Break();
        }
    }
}
