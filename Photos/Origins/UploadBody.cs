using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace Flickr.Photos.Origins;

/// <summary>
/// The body of an upload on its way through: counted, hashed and limited while it passes, never held. One use.
/// </summary>
/// <param name="head">Bytes already read from the request to judge the format.</param>
/// <param name="rest">The request's body after them.</param>
/// <param name="lengthMax">Bytes allowed.</param>
public sealed class UploadBody(ReadOnlyMemory<byte> head, Stream rest, long lengthMax) : IDisposable
{
    private const int PieceBytes = 128 << 10;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Whether any byte has left: from then on it cannot be sent again.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the limit was passed: the transfer was broken off.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The client went away or broke the protocol while sending.</summary>
    public Exception? ClientFault { get; private set; }

    /// <summary>Bytes that have passed.</summary>
    public long Length { get; private set; }

    /// <summary>SHA-256 of what has passed, lower-case hex. Call once, at the end.</summary>
    public string Digest() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>The body as content of a request to a storage node.</summary>
    public HttpContent AsContent() => new Passing(this);

    public void Dispose() => _hash.Dispose();

    private async Task CopyAsync(Stream to, CancellationToken cancellationToken)
    {
        HasBegun = true;
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            await PassAsync(to, head, cancellationToken);
            while (true)
            {
                int read;
                try
                {
                    read = await rest.ReadAsync(piece, cancellationToken);
                }
                catch (Exception fault) when (fault is IOException or BadHttpRequestException)
                {
                    ClientFault = fault;
                    throw;
                }
                if (read == 0)
                {
                    return;
                }
                await PassAsync(to, piece.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private async Task PassAsync(Stream to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Length += bytes.Length;
        if (Length > lengthMax)
        {
            IsTooLong = true;
            throw new IOException("the upload is too long"); // breaks the request to the node: nothing is stored
        }
        _hash.AppendData(bytes.Span);
        await to.WriteAsync(bytes, cancellationToken);
    }

    private sealed class Passing(UploadBody body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            body.CopyAsync(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            body.CopyAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false; // chunked: the length a client claims is not to be believed
        }
    }
}
