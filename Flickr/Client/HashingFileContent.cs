using System.Net;
using System.Security.Cryptography;

namespace Flickr.Client;

/// <summary>
/// A file as a request body: streamed from disk in blocks, hashed on the way, never whole in memory. For one
/// request; a retry makes a new one.
/// </summary>
internal sealed class HashingFileContent : HttpContent
{
    private const int BlockBytes = 128 * 1024;

    private readonly FileInfo _file;
    private readonly Action<long> _sent;

    /// <param name="file">The file; its length is taken now and must hold until the end.</param>
    /// <param name="sent">Told the bytes sent so far, after every block.</param>
    public HashingFileContent(FileInfo file, Action<long> sent)
    {
        (_file, _sent) = (file, sent);
        Headers.ContentLength = file.Length;
    }

    /// <summary>Lower-case hex SHA-256 of what was sent; null until all was.</summary>
    public string? Digest { get; private set; }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var expected = Headers.ContentLength!.Value;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = new FileStream(_file.FullName, new FileStreamOptions
        {
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        });
        var block = new byte[BlockBytes];
        long sent = 0;
        int read;
        while ((read = await source.ReadAsync(block, cancellationToken)) > 0)
        {
            sent += read;
            if (sent > expected)
            {
                break;
            }
            hash.AppendData(block, 0, read);
            await stream.WriteAsync(block.AsMemory(0, read), cancellationToken);
            _sent(sent);
        }
        if (sent != expected)
        {
            throw new FileChangedException($"{_file.FullName} changed while it was being sent");
        }
        Digest = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = Headers.ContentLength!.Value;
        return true;
    }
}
