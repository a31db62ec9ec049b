using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Edge.Upstream;

/// <summary>
/// The content of a request on its way to a replica. The head goes out with the first piece of it, so that a
/// request whose content cannot be read at all never reaches the replica; the rest follows beside the wait for
/// the answer, which may come early.
/// </summary>
internal sealed class WireContent : IDisposable
{
    private const int PieceBytes = 16 << 10;
    private const int ChunkLineBytes = 10;

    private readonly CancellationTokenSource _stop;
    private readonly Task _sending;

    private WireContent(WireConnection connection, Stream content, bool isChunked, byte[] buffer,
        CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _sending = SendRestAsync(connection, content, isChunked, buffer, _stop.Token);
    }

    /// <summary>Whether all of it was sent.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Sends the head, and what content there is with it; null when nothing is left to send.</summary>
    public static async ValueTask<WireContent?> SendAsync(WireConnection connection, UpstreamRequest request,
        CancellationToken cancellationToken)
    {
        var isChunked = request.Content is not null && !request.Fields.Any(line => line.Is("Content-Length"));
        var headBytes = RequestHead.BytesMax(request);
        var buffer = ArrayPool<byte>.Shared.Rent(headBytes + PieceBytes + (2 * ChunkLineBytes));
        var isHandedOn = false;
        try
        {
            var count = RequestHead.Write(request, isChunked, buffer);
            if (request.Content is not { } content)
            {
                await connection.SendAsync(buffer.AsMemory(0, count), cancellationToken);
                return null;
            }
            var piece = await FirstAsync(content, buffer.AsMemory(count + ChunkLineBytes, PieceBytes),
                cancellationToken);
            if (piece == 0)
            {
                count += isChunked ? Encoding.ASCII.GetBytes("0\r\n\r\n", buffer.AsSpan(count)) : 0;
                await connection.SendAsync(buffer.AsMemory(0, count), cancellationToken);
                return null;
            }
            count = Frame(buffer, count, piece, isChunked);
            await connection.SendAsync(buffer.AsMemory(0, count), cancellationToken);
            isHandedOn = true;
            return new WireContent(connection, content, isChunked, buffer, cancellationToken);
        }
        finally
        {
            if (!isHandedOn)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Stops sending what is left.</summary>
    public void Dispose()
    {
        if (!_sending.IsCompleted)
        {
            _stop.Cancel();
        }
        _stop.Dispose();
    }

    private static async ValueTask<int> FirstAsync(Stream content, Memory<byte> into,
        CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(into, cancellationToken);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The content broke off.", exception);
        }
    }

    /// <summary>Moves a piece that lies behind room for its chunk line up to <paramref name="at"/>.</summary>
    private static int Frame(byte[] buffer, int at, int piece, bool isChunked)
    {
        var from = at + ChunkLineBytes;
        if (isChunked)
        {
            at += Encoding.ASCII.GetBytes(
                piece.ToString("x", CultureInfo.InvariantCulture) + "\r\n", buffer.AsSpan(at));
        }
        buffer.AsSpan(from, piece).CopyTo(buffer.AsSpan(at));
        at += piece;
        return isChunked ? at + Encoding.ASCII.GetBytes("\r\n", buffer.AsSpan(at)) : at;
    }

    private async Task SendRestAsync(WireConnection connection, Stream content, bool isChunked, byte[] buffer,
        CancellationToken cancellationToken)
    {
        try
        {
            int piece;
            while ((piece = await content.ReadAsync(
                buffer.AsMemory(ChunkLineBytes, PieceBytes), cancellationToken)) > 0)
            {
                await connection.SendAsync(buffer.AsMemory(0, Frame(buffer, 0, piece, isChunked)),
                    cancellationToken);
            }
            if (isChunked)
            {
                await connection.SendAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
            }
            IsSent = true;
        }
        catch (Exception exception) when (exception is IOException or SocketException
            or OperationCanceledException or ObjectDisposedException)
        {
            // The answer tells what the replica makes of it; a client that broke off must look broken off to it.
            connection.Break();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
