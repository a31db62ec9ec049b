using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>
/// One answer of an upstream: its head as received, its body as it comes. One reader; dispose ends it, read out
/// or not.
/// </summary>
internal abstract class UpstreamAnswer : IDisposable
{
    public required int Status { get; init; }

    /// <summary>Fields as received.</summary>
    public required HeaderBlock Fields { get; init; }

    /// <summary>Announced length of the body, or null.</summary>
    public long? Length { get; init; }

    /// <summary>
    /// Whether the end of the body can be told from a broken connection: a length, chunks, HTTP/2 frames, or no
    /// body at all.
    /// </summary>
    public bool HasKnownEnd { get; init; }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="IOException">The body broke.</exception>
    /// <exception cref="OperationCanceledException">It was not waited for any longer.</exception>
    public abstract ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken);

    public abstract void Dispose();
}
