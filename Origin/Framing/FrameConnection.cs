using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using Flickr.Origin.Replication;

namespace Flickr.Origin.Framing;

/// <summary>One open connection with its calls under way. When it breaks, all of them fail at once. Thread-safe.</summary>
internal sealed class FrameConnection : IDisposable
{
    private const int QueueLengthMax = 1_024;
    private readonly Stream _stream;
    private readonly Channel<Frame> _calls = Channel.CreateBounded<Frame>(QueueLengthMax);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<ReadOnlyMemory<byte>>> _waiting = new();
    private uint _number;
    private volatile bool _isBroken;

    public FrameConnection(Stream stream, PipeReader reader)
    {
        _stream = stream;
        _ = WriteAsync();
        _ = ReadAsync(reader);
    }

    public bool IsBroken => _isBroken;

    public async Task<ReadOnlyMemory<byte>> CallAsync(
        FrameOperation operation, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _number);
        var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        try
        {
            if (_isBroken)
            {
                throw new IOException("The connection broke.");
            }
            await _calls.Writer.WriteAsync(new Frame(number, operation, body), cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        catch (ChannelClosedException error)
        {
            throw new IOException("The connection broke.", error);
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    public void Dispose() => Break();

    private async Task WriteAsync()
    {
        await FrameWriting.RunAsync(PipeWriter.Create(_stream), _calls.Reader, CancellationToken.None);
        Break();
    }

    private async Task ReadAsync(PipeReader reader)
    {
        try
        {
            while (await Frame.ReadAsync(reader, CancellationToken.None) is { } answer)
            {
                if (!_waiting.TryGetValue(answer.Number, out var waiting))
                {
                    continue;
                }
                if (answer.Operation == FrameOperation.Failed)
                {
                    waiting.TrySetException(new PeerUnavailableException("The node refused the call."));
                }
                else
                {
                    waiting.TrySetResult(answer.Body);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidDataException)
        {
            _isBroken = true;
        }
        Break();
    }

    private void Break()
    {
        _isBroken = true;
        _calls.Writer.TryComplete();
        _stream.Dispose();
        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetException(new IOException("The connection broke."));
        }
    }
}
