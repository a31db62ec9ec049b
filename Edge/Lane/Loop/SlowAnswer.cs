using Flickr.Edge.Respond;

namespace Flickr.Edge.Lane.Loop;

/// <summary>How an answer of the lane that its client did not take at once stands.</summary>
internal enum SlowStep
{
    /// <summary>The socket takes nothing now; an event comes when it does.</summary>
    Waits,

    /// <summary>The socket took the last byte.</summary>
    Ended,

    /// <summary>The connection is gone, or what is sent has been made private or purged.</summary>
    Cut,
}

/// <summary>
/// The rest of an answer, sent from where it lies whenever the socket takes bytes. It holds the lease; the loop's
/// thread alone touches it.
/// </summary>
internal sealed class SlowAnswer
{
    /// <summary>Pieces of one send; a body of one piece of 64 KiB each is 2 MiB.</summary>
    private const int PiecesMax = 32;

    private readonly byte[] _head;
    private TransferGuard _guard;
    private LaneAnswer _answer;
    private int _headSent;
    private long _taken;
    private long _paceAt;
    private long _paceBytes;

    public SlowAnswer(HitLane lane, in LaneAnswer answer, long now)
    {
        _head = [];
        if (answer.HeadRest is { } rest)
        {
            _head = GC.AllocateUninitializedArray<byte>(rest.Length, pinned: true);
            rest.CopyTo(_head, 0);
        }
        (_answer, _guard, _paceAt) = (answer, lane.GuardOf(answer), now);
    }

    /// <summary>What is being sent.</summary>
    public LaneAnswer Answer => _answer;

    /// <summary>Sends what the socket takes.</summary>
    public unsafe SlowStep SendOn(int descriptor)
    {
        var pieces = stackalloc PinnedPiece[PiecesMax];
        while (true)
        {
            var count = Gather(new Span<PinnedPiece>(pieces, PiecesMax), out var offered);
            if (count == 0)
            {
                return SlowStep.Ended;
            }
            var sent = GatheredSend.Try(descriptor, new ReadOnlySpan<PinnedPiece>(pieces, count));
            if (sent < 0)
            {
                return SlowStep.Cut;
            }
            var ofHead = Math.Min(sent, _head.Length - _headSent);
            _headSent += (int)ofHead;
            _answer = _answer with { BodySent = _answer.BodySent + sent - ofHead };
            _taken += sent;
            if (_guard.MustCut((int)sent))
            {
                return SlowStep.Cut;
            }
            if (sent < offered)
            {
                return SlowStep.Waits;
            }
        }
    }

    /// <summary>
    /// Whether the client keeps the pace: what it has acknowledged counts, because an event comes only when a good
    /// part of a large socket buffer is free again.
    /// </summary>
    public bool KeepsPace(int descriptor, int bytesPerSecondMin, TimeProvider time, long now)
    {
        var acknowledged = _taken - KernelCalls.Unacknowledged(descriptor);
        var elapsed = time.GetElapsedTime(_paceAt, now);
        if (acknowledged - _paceBytes >= bytesPerSecondMin * Math.Max(1, elapsed.TotalSeconds))
        {
            (_paceAt, _paceBytes) = (now, acknowledged);
            return true;
        }
        return elapsed < LoopLimits.Grace;
    }

    private unsafe int Gather(Span<PinnedPiece> pieces, out long offered)
    {
        var count = 0;
        offered = 0;
        if (_headSent < _head.Length)
        {
            ref var first = ref _head[_headSent];
            pieces[count++] = new PinnedPiece
            {
                Address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref first),
                Length = (nuint)(_head.Length - _headSent),
            };
            offered = _head.Length - _headSent;
        }
        var lease = _answer.Found.Lease;
        var skip = _answer.BodySent;
        for (var i = 0; i < lease.SegmentCount && count < pieces.Length; i++)
        {
            var segment = lease.Segment(i);
            if (skip >= segment.Memory.Length)
            {
                skip -= segment.Memory.Length;
                continue;
            }
            pieces[count++] = new PinnedPiece
            {
                Address = segment.Address + (nint)skip,
                Length = (nuint)(segment.Memory.Length - skip),
            };
            offered += segment.Memory.Length - skip;
            skip = 0;
        }
        return count;
    }
}
