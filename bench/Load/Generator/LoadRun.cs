using System.Diagnostics;

namespace Flickr.Load.Generator;

/// <summary>What one run of the generator saw.</summary>
/// <param name="Requests">Whole answers.</param>
/// <param name="Failures">Answers that were not 200.</param>
/// <param name="Seconds">Measured time.</param>
/// <param name="Bytes">Body bytes.</param>
/// <param name="LatenciesMicroseconds">One per request, sorted; from when it was due, so a stall counts for all it delays.</param>
internal sealed record LoadSeen(long Requests, long Failures, double Seconds, long Bytes, int[] LatenciesMicroseconds)
{
    public double PerSecond => Requests / Seconds;

    public double QuantileMilliseconds(double q) =>
        LatenciesMicroseconds.Length == 0 ? 0 : LatenciesMicroseconds[(int)Math.Min(q * LatenciesMicroseconds.Length, LatenciesMicroseconds.Length - 1)] / 1000d;
}

/// <summary>One thread, one epoll loop, many connections. Closed loop for throughput, open loop for latency.</summary>
internal static class LoadRun
{
    /// <summary>Each connection sends its next request when the answer is whole.</summary>
    public static LoadSeen Closed(int port, int connections, TimeSpan duration, byte[][] requests) =>
        Run(port, connections, duration, requests, perSecond: 0);

    /// <summary>Requests fall due at a steady rate, whatever the server does; a free connection takes the oldest due one.</summary>
    public static LoadSeen Open(int port, int connections, TimeSpan duration, byte[][] requests, double perSecond) =>
        Run(port, connections, duration, requests, perSecond);

    private static LoadSeen Run(int port, int connections, TimeSpan duration, byte[][] requests, double perSecond)
    {
        var epoll = Epoll.Create();
        var wires = new Wire[connections];
        for (var i = 0; i < connections; i++)
        {
            wires[i] = new Wire(port);
            Epoll.Add(epoll, wires[i].Descriptor, i);
        }
        var state = new Loop(wires, requests, perSecond, Stopwatch.GetTimestamp(), duration);
        Span<Epoll.Event> events = new Epoll.Event[connections];
        state.BeginDue();
        while (!state.IsOver)
        {
            var count = Epoll.Wait(epoll, events, perSecond > 0 ? 0 : 100);
            for (var i = 0; i < count; i++)
            {
                state.Take(wires[events[i].Token]);
            }
            state.BeginDue();
        }
        foreach (var wire in wires)
        {
            wire.Dispose();
        }
        return state.Seen();
    }

    private sealed class Loop(Wire[] wires, byte[][] requests, double perSecond, long start, TimeSpan duration)
    {
        private readonly long _end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        private readonly double _ticksEach = perSecond > 0 ? Stopwatch.Frequency / perSecond : 0;
        private readonly Stack<Wire> _free = new(wires);
        private readonly List<int> _latencies = new(1 << 20);
        private readonly Random _random = new(1);
        private long _begun, _failures, _bytes;

        public bool IsOver => Stopwatch.GetTimestamp() >= _end;

        public void BeginDue()
        {
            var now = Stopwatch.GetTimestamp();
            while (_free.Count > 0 && now < _end)
            {
                var due = perSecond > 0 ? start + (long)(_begun * _ticksEach) : now;
                if (due > now)
                {
                    return;
                }
                var wire = _free.Pop();
                wire.Due = due;
                wire.Begin(requests[requests.Length == 1 ? 0 : _random.Next(requests.Length)]);
                _begun++;
            }
        }

        public void Take(Wire wire)
        {
            if (!wire.IsBusy || !wire.Advance())
            {
                return;
            }
            _latencies.Add((int)Stopwatch.GetElapsedTime(wire.Due).TotalMicroseconds);
            _bytes += wire.BodyBytes;
            _failures += wire.WasOk ? 0 : 1;
            _free.Push(wire);
        }

        public LoadSeen Seen()
        {
            var sorted = _latencies.ToArray();
            Array.Sort(sorted);
            return new LoadSeen(sorted.Length, _failures, Stopwatch.GetElapsedTime(start).TotalSeconds, _bytes, sorted);
        }
    }
}
