using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Flickr.Edge.Respond;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Flickr.Edge.Lane;

/// <summary>What the lane did with the bytes at a request boundary.</summary>
internal enum LaneStep
{
    /// <summary>Nothing: they are the pipeline's.</summary>
    Left,

    /// <summary>Answered: they are to be taken in.</summary>
    Answered,

    /// <summary>
    /// Being answered: they are to be taken in, and <see cref="LaneConnection.FinishAsync"/> awaited before
    /// more is looked at.
    /// </summary>
    Sending,
}

/// <summary>The lane on one connection. One thread at a time.</summary>
internal sealed class LaneConnection : ILaneSink, ILaneWire
{
    /// <summary>
    /// The server's keep-alive clock does not see what the lane answers. So one request in a while is left to
    /// the pipeline, long before that clock runs out (30 s): a busy connection is never closed as idle.
    /// </summary>
    internal static readonly TimeSpan PipelineEvery = TimeSpan.FromSeconds(10);

    private const int SendBytesMax = 64 << 10;

    /// <summary>Bytes a second that a slow client must take, and how long it may take none: the server's
    /// own limits (<see cref="EdgeProgram"/>).</summary>
    private const int BytesPerSecondMin = 1024;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly HitLane _lane;
    private readonly ConnectionContext _connection;
    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private long _pipelineAt;
    private LaneAnswer _slow;

    public LaneConnection(HitLane lane, ConnectionContext connection, Socket socket, PipeWriter transport,
        TimeProvider time)
    {
        (_lane, _connection, _socket, _time) = (lane, connection, socket, time);
        _pipelineAt = time.GetTimestamp();
        Client = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        Output = new LaneOutput(this, transport, connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool);
    }

    public IPAddress? Client { get; }

    /// <summary>The output that the server must write to.</summary>
    public LaneOutput Output { get; }

    /// <summary>The pipeline is shown a request.</summary>
    public void LeftToPipeline() => _pipelineAt = _time.GetTimestamp();

    /// <summary>Answers what has arrived at a request boundary, if it is one plain hit.</summary>
    public LaneStep TryAnswer(ReadOnlySpan<byte> bytes)
    {
        var startedAt = _time.GetTimestamp();
        if (!Output.IsIdle || _time.GetElapsedTime(_pipelineAt, startedAt) >= PipelineEvery)
        {
            return LaneStep.Left;
        }
        return _lane.TryAnswer(this, bytes, startedAt, out _slow);
    }

    public long TrySend(ReadOnlySpan<PinnedPiece> pieces) => GatheredSend.Try(_socket, pieces);

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => _socket.SendAsync(bytes, SocketFlags.None);

    public void Cut(string why) => _connection.Abort(new ConnectionAbortedException(why));

    /// <summary>Ends the output when the server is done with the connection.</summary>
    public Task EndAsync() => Output.EndAsync(Grace, _time);

    /// <summary>Sends the rest of an answer whose client did not take it at once.</summary>
    public async ValueTask FinishAsync()
    {
        var answer = _slow;
        _slow = default;
        var outcome = AnswerOutcome.Aborted;
        try
        {
            if (await SendRestAsync(answer))
            {
                outcome = AnswerOutcome.Hit;
            }
            else
            {
                _lane.CountCut();
                Cut("an answer was cut");
            }
        }
        finally
        {
            _lane.Account(this, answer, outcome);
            answer.Found.Dispose();
        }
    }

    private async Task<bool> SendRestAsync(LaneAnswer answer)
    {
        var isWhole = false;
        await Output.SendAsync(async () => isWhole = await SendRestAsync(_socket, answer));
        return isWhole;
    }

    /// <summary>False: the client left or was too slow, or the guard cut.</summary>
    private async Task<bool> SendRestAsync(Socket socket, LaneAnswer answer)
    {
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        var guard = _lane.GuardOf(answer);
        try
        {
            if (answer.HeadRest is { } head && !await SendAsync(socket, head, limit))
            {
                return false;
            }
            for (var at = answer.BodySent; at < answer.Found.Length;)
            {
                var piece = answer.Found.Lease.Slice(at);
                piece = piece.Length > SendBytesMax ? piece[..SendBytesMax] : piece;
                if (!await SendAsync(socket, piece, limit) || guard.MustCut(piece.Length))
                {
                    return false;
                }
                at += piece.Length;
            }
            return true;
        }
        catch (Exception exception) when (
            exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async ValueTask<bool> SendAsync(Socket socket, ReadOnlyMemory<byte> bytes,
        CancellationTokenSource limit)
    {
        while (!bytes.IsEmpty)
        {
            limit.CancelAfter(Grace + TimeSpan.FromSeconds((double)bytes.Length / BytesPerSecondMin));
            var sent = await socket.SendAsync(bytes, SocketFlags.None, limit.Token);
            if (sent <= 0)
            {
                return false;
            }
            bytes = bytes[sent..];
        }
        return true;
    }
}
