using Flickr.Edge.Collapse;

namespace Flickr.Edge.Upstream;

/// <summary>
/// An answer on one of our own connections: its body by length, by chunks or to the connection's end, read into
/// the reader's memory. The connection goes back to its pool with the last byte.
/// </summary>
internal sealed class WireAnswer : UpstreamAnswer
{
    private const int ChunkLineBytesMax = 4 << 10;
    private const int TrailerBytesMax = 16 << 10;

    private readonly WirePool _pool;
    private readonly BodyFraming _framing;
    private readonly bool _keepsAlive;
    private WireConnection? _connection;
    private WireContent? _content;
    private long _left;
    private bool _isAfterChunk;

    /// <param name="pool">Where the connection goes back to.</param>
    /// <param name="connection">Owned from here on.</param>
    /// <param name="head">The head that was read from it.</param>
    /// <param name="content">The request's content that may still be on its way; owned from here on.</param>
    public WireAnswer(WirePool pool, WireConnection connection, AnswerHead head, WireContent? content)
    {
        (_pool, _connection, _content) = (pool, connection, content);
        (_framing, _keepsAlive) = (head.Framing, head.KeepsAlive);
        _left = head.Framing == BodyFraming.Length ? head.Length!.Value : 0;
        if (_framing == BodyFraming.None || (_framing == BodyFraming.Length && _left == 0))
        {
            End(isWhole: true);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken) =>
        _connection is null ? ValueTask.FromResult(0)
        : _framing == BodyFraming.Chunks ? FromChunksAsync(into, cancellationToken)
        : PlainAsync(into, cancellationToken);

    public override void Dispose()
    {
        if (_connection is { } connection && _framing == BodyFraming.Length
            && _left <= connection.Arrived.Length)
        {
            connection.Skip((int)_left); // the rest is here already: the connection is as good as read out
            End(isWhole: true);
            return;
        }
        End(isWhole: false);
    }

    private async ValueTask<int> PlainAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        var isLength = _framing == BodyFraming.Length;
        var room = isLength && into.Length > _left ? into[..(int)_left] : into;
        var count = await _connection!.TakeAsync(room, cancellationToken);
        if (count == 0)
        {
            End(isWhole: false);
            return isLength ? throw new IOException("the connection ended before the body") : 0;
        }
        _left -= count;
        if (isLength && _left == 0)
        {
            End(isWhole: true);
        }
        return count;
    }

    private async ValueTask<int> FromChunksAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        while (_left == 0)
        {
            if (_isAfterChunk && await LineAsync(0, cancellationToken) != 0)
            {
                throw new FillCutException(FillFault.Malformed);
            }
            _isAfterChunk = false;
            _left = await ChunkSizeAsync(cancellationToken);
            if (_left == 0)
            {
                await TrailersAsync(cancellationToken);
                End(isWhole: true);
                return 0;
            }
        }
        var count = await _connection!.TakeAsync(into.Length > _left ? into[..(int)_left] : into,
            cancellationToken);
        if (count == 0)
        {
            throw new IOException("the connection ended within a chunk");
        }
        _left -= count;
        _isAfterChunk = _left == 0;
        return count;
    }

    private async ValueTask<long> ChunkSizeAsync(CancellationToken cancellationToken)
    {
        var length = await LineAsync(ChunkLineBytesMax, cancellationToken, consumes: false);
        var size = ChunkLine.SizeOf(_connection!.Arrived[..length]);
        _connection.Skip(length + 2);
        return size ?? throw new FillCutException(FillFault.Malformed);
    }

    /// <summary>Trailers are read past: nothing of them is merged into a head that was judged without them.</summary>
    private async ValueTask TrailersAsync(CancellationToken cancellationToken)
    {
        for (var bytes = 0; bytes < TrailerBytesMax;)
        {
            var length = await LineAsync(ChunkLineBytesMax, cancellationToken);
            if (length == 0)
            {
                return;
            }
            bytes += length + 2;
        }
        throw new FillCutException(FillFault.Malformed);
    }

    /// <summary>Waits for a line that ends with CR LF; its length without them.</summary>
    private async ValueTask<int> LineAsync(int bytesMax, CancellationToken cancellationToken,
        bool consumes = true)
    {
        while (true)
        {
            var arrived = _connection!.Arrived;
            var end = arrived.IndexOf((byte)'\n');
            if (end > 0 && arrived[end - 1] == '\r' && end - 1 <= bytesMax)
            {
                if (consumes)
                {
                    _connection.Skip(end + 1);
                }
                return end - 1;
            }
            if (end >= 0 || arrived.Length > bytesMax + 2)
            {
                throw new FillCutException(FillFault.Malformed);
            }
            if (!await _connection.ArriveAsync(cancellationToken))
            {
                throw new IOException("the connection ended between chunks");
            }
        }
    }

    private void End(bool isWhole)
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } connection)
        {
            return;
        }
        var isSent = _content is null || _content.IsSent;
        _content?.Dispose();
        _content = null;
        _pool.Return(connection, isWhole && _keepsAlive && isSent && connection.Arrived.IsEmpty);
    }
}
