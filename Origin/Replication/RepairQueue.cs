using System.Threading.Channels;
using Flickr.Origin.Links;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// Records that a read found missing on a home, waiting to be brought there. Bounded: what does not fit is found again by
/// the next read or by anti-entropy. Thread-safe.
/// </summary>
internal sealed class RepairQueue
{
    private const int LengthMax = 10_000;
    private readonly Channel<Repair> _repairs = Channel.CreateBounded<Repair>(
        new BoundedChannelOptions(LengthMax) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(Digest blob) => _repairs.Writer.TryWrite(new Repair(blob, null, null));

    public void Add(string path, LinkFact newest) => _repairs.Writer.TryWrite(new Repair(default, path, newest));

    public IAsyncEnumerable<Repair> ReadAllAsync(CancellationToken cancellationToken) =>
        _repairs.Reader.ReadAllAsync(cancellationToken);
}

/// <summary>A blob, or a path with its newest record, to be compared with its homes.</summary>
internal readonly record struct Repair(Digest Blob, string? Path, LinkFact? Link);
