using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;

namespace Flickr.Edge.Respond;

/// <summary>
/// Where the bytes of an answer come from: a stored object, or a fill on its way. Owned by the caller.
/// </summary>
internal readonly struct BodySource
{
    private readonly StoredObject _stored;
    private readonly FlightReader? _reader;

    public BodySource(in StoredObject stored)
    {
        _stored = stored;
    }

    public BodySource(FlightReader reader)
    {
        _reader = reader;
    }

    /// <summary>
    /// Sends bytes <paramref name="offset"/> up to <paramref name="length"/> more (null: to the end).
    /// </summary>
    /// <returns>Bytes sent; fewer than asked only when the client left or the guard cut.</returns>
    /// <exception cref="FillCutException">The bytes cannot be had: cut the connection.</exception>
    public ValueTask<long> SendAsync(HttpResponse response, long offset, long? length, TransferGuard guard,
        CancellationToken cancellationToken) =>
        _reader is not null ? FromFlightAsync(_reader, response, offset, length, guard, cancellationToken)
        : _stored.Log is not null
            ? FromLogAsync(_stored, response, offset, length ?? _stored.Length, guard, cancellationToken)
        : FromMemoryAsync(_stored, response, offset, length ?? _stored.Length, guard, cancellationToken);

    private static async ValueTask<long> FromMemoryAsync(StoredObject stored, HttpResponse response,
        long offset, long length,
        TransferGuard guard, CancellationToken cancellationToken)
    {
        var sent = 0L;
        while (sent < length)
        {
            var bytes = Cut(stored.Lease.Slice(offset + sent), length - sent);
            var result = await response.BodyWriter.WriteAsync(bytes, cancellationToken);
            sent += bytes.Length;
            if (result.IsCompleted || guard.MustCut(bytes.Length))
            {
                break;
            }
        }
        return sent;
    }

    private static async ValueTask<long> FromLogAsync(StoredObject stored, HttpResponse response, long offset,
        long length,
        TransferGuard guard, CancellationToken cancellationToken)
    {
        var log = stored.Log!;
        var sent = 0L;
        while (sent < length)
        {
            var at = offset + sent;
            var index = log.ChunkCount == 1 ? 0 : (int)(at / log.ChunkBytes);
            using var chunk = await log.ReadChunkAsync(index, cancellationToken);
            if (chunk is null)
            {
                throw new FillCutException(FillFault.SpoolLost);
            }
            var bytes = Cut(chunk.Memory[(int)(at - ((long)index * log.ChunkBytes))..], length - sent);
            var result = await response.BodyWriter.WriteAsync(bytes, cancellationToken);
            sent += bytes.Length;
            if (result.IsCompleted || guard.MustCut(bytes.Length))
            {
                break;
            }
        }
        return sent;
    }

    private static async ValueTask<long> FromFlightAsync(FlightReader reader, HttpResponse response,
        long offset, long? length,
        TransferGuard guard, CancellationToken cancellationToken)
    {
        var sent = 0L;
        var writer = response.BodyWriter;
        reader.Position = offset;
        while (length is null || sent < length)
        {
            // Only when there is something to read is memory taken for it: a reader that waits holds none.
            var most = Math.Min(await reader.WaitAsync(cancellationToken), (length ?? long.MaxValue) - sent);
            if (most == 0)
            {
                break;
            }
            var room = (int)Math.Min(most, reader.PieceBytes);
            var count = await reader.ReadAsync(writer.GetMemory(room)[..room], cancellationToken);
            writer.Advance(count);
            var result = await writer.FlushAsync(cancellationToken);
            sent += count;
            if (result.IsCompleted || guard.MustCut(count))
            {
                break;
            }
        }
        return sent;
    }

    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> bytes, long most) =>
        bytes.Length > most ? bytes[..(int)most] : bytes;
}
