using System.Net;

namespace Flickr.Client;

/// <summary>The rest of a file from an offset as a request body, streamed from disk. For one request.</summary>
internal sealed class FilePartContent : HttpContent
{
    private const int BlockBytes = 128 * 1024;

    private readonly FileInfo _file;
    private readonly long _offset;
    private readonly Action<long> _sent;

    /// <param name="file">The file; its length is taken now and must hold until the end.</param>
    /// <param name="offset">First byte to send.</param>
    /// <param name="sent">Told the bytes of the whole file sent so far, after every block.</param>
    public FilePartContent(FileInfo file, long offset, Action<long> sent)
    {
        (_file, _offset, _sent) = (file, offset, sent);
        Headers.ContentLength = file.Length - offset;
        Headers.ContentType = new("application/offset+octet-stream");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var source = new FileStream(
            _file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, useAsync: true);
        source.Position = _offset;
        var block = new byte[BlockBytes];
        var left = Headers.ContentLength!.Value;
        int read;
        while (left > 0
            && (read = await source.ReadAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), cancellationToken)) > 0)
        {
            await stream.WriteAsync(block.AsMemory(0, read), cancellationToken);
            left -= read;
            _sent(source.Position);
        }
        if (left > 0)
        {
            throw new FileChangedException($"{_file.FullName} changed while it was being sent");
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = Headers.ContentLength!.Value;
        return true;
    }
}
