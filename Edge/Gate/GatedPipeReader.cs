using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Flickr.Edge.Lane;

namespace Flickr.Edge.Gate;

/// <summary>
/// The input of a connection as the server may see it. When a request is refused, the server is shown a line
/// that it refuses itself: so the 400, the close and the order behind earlier answers are its own doing. At a
/// request boundary the hit lane is asked first; what it answers, neither gate nor server sees.
/// </summary>
/// <param name="inner">The input as it comes.</param>
/// <param name="options">How strict.</param>
/// <param name="refused">Told of a refusal.</param>
/// <param name="lane">The lane, when it stands here.</param>
/// <param name="waits">Told when the server waits for a request, with nothing half read and everything written;
/// and how many bytes it has taken in by then.</param>
internal sealed class GatedPipeReader(
    PipeReader inner, GateOptions options, Action<GateRefusal> refused, LaneConnection? lane = null,
    Action<long>? waits = null)
    : PipeReader
{
    /// <summary>No request line, no field line, no chunk size, no chunk end and no trailer.</summary>
    private static readonly ReadOnlySequence<byte> Unreadable = new(":\r\n\r\n"u8.ToArray());

    private readonly FramingScanner _scanner = new(options);
    private ReadOnlySequence<byte> _seen;
    private long _examined;
    private long _takenIn;
    private bool _isRefused;
    private bool _isUnreadableShown;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (!_isRefused)
        {
            var reading = inner.ReadAsync(cancellationToken);
            if (!reading.IsCompletedSuccessfully)
            {
                TellWaiting();
                return WaitAsync(reading, cancellationToken);
            }
            var read = reading.Result;
            var step = AskLane(read);
            if (step == LaneStep.Sending)
            {
                return FinishAsync(cancellationToken);
            }
            if (step == LaneStep.Left && TryShow(read, out var shown))
            {
                return new ValueTask<ReadResult>(shown);
            }
        }
        return new ValueTask<ReadResult>(Refused());
    }

    public override bool TryRead(out ReadResult result)
    {
        while (!_isRefused)
        {
            if (!inner.TryRead(out var read))
            {
                result = default;
                return false;
            }
            if (TryShow(read, out result))
            {
                return true;
            }
        }
        result = Refused();
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_isRefused)
        {
            return; // the positions are of the unreadable line, and the true input was given back
        }
        var taken = _seen.Slice(_seen.Start, consumed).Length;
        _examined = _seen.Slice(consumed, examined).Length;
        _takenIn += taken;
        _scanner.Consumed(taken);
        _seen = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reading;
            var step = AskLane(read);
            if (step == LaneStep.Sending)
            {
                await lane!.FinishAsync();
            }
            if (step == LaneStep.Left && TryShow(read, out var shown))
            {
                return shown;
            }
            if (_isRefused)
            {
                return Refused();
            }
            reading = inner.ReadAsync(cancellationToken);
            if (!reading.IsCompletedSuccessfully)
            {
                TellWaiting();
            }
        }
    }

    private void TellWaiting()
    {
        if (waits is not null && _examined == 0 && _scanner.IsAtBoundary)
        {
            waits(_takenIn);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> FinishAsync(CancellationToken cancellationToken)
    {
        await lane!.FinishAsync();
        return await ReadAsync(cancellationToken);
    }

    /// <summary>
    /// Lets the lane answer what has arrived. Never a head of which the server has already seen a part, and
    /// never the last one of a client that has stopped sending: those have a history that the lane does not
    /// know.
    /// </summary>
    private LaneStep AskLane(in ReadResult read)
    {
        var buffer = read.Buffer;
        if (lane is null || _examined > 0 || read.IsCompleted || read.IsCanceled || !_scanner.IsAtBoundary
            || !buffer.IsSingleSegment || buffer.IsEmpty)
        {
            return LaneStep.Left;
        }
        var step = lane.TryAnswer(buffer.FirstSpan);
        if (step != LaneStep.Left)
        {
            inner.AdvanceTo(buffer.End);
        }
        return step;
    }

    /// <summary>
    /// False: there is nothing to show that the server has not looked at; what was read is given back.
    /// </summary>
    private bool TryShow(in ReadResult read, out ReadResult shown)
    {
        var buffer = read.Buffer;
        var approved = _scanner.Approve(buffer);
        if (_scanner.Refusal != GateRefusal.None && (_scanner.IsHeadRefused || _scanner.Scanned == 0))
        {
            inner.AdvanceTo(buffer.End);
            _isRefused = true;
            refused(_scanner.Refusal);
            shown = default;
            return false;
        }
        if (approved <= _examined && !read.IsCompleted && !read.IsCanceled)
        {
            inner.AdvanceTo(buffer.Start, buffer.End);
            shown = default;
            return false;
        }
        Debug.Assert(approved <= buffer.Length, "more was approved than is there");
        // The end of the input is told only when nothing more can be shown: there may be requests behind the
        // approved one.
        var isEnd = read.IsCompleted && (approved == buffer.Length || approved <= _examined);
        _seen = buffer.Slice(0, approved);
        _examined = 0;
        lane?.LeftToPipeline();
        shown = new ReadResult(_seen, read.IsCanceled, isEnd);
        return true;
    }

    private ReadResult Refused()
    {
        var result = new ReadResult(_isUnreadableShown ? ReadOnlySequence<byte>.Empty : Unreadable,
            isCanceled: false,
            isCompleted: true);
        _isUnreadableShown = true;
        return result;
    }
}
