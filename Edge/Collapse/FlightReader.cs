using System.Buffers;

namespace Flickr.Edge.Collapse;

/// <summary>
/// One reader's cursor in a <see cref="FlightBody"/>. Not thread-safe. Dispose gives the hold back.
/// </summary>
internal sealed class FlightReader : IDisposable
{
    private readonly FlightBody _body;
    private byte[]? _scratch;

    private FlightReader(FlightBody body)
    {
        _body = body;
    }

    /// <summary>A reader at the first byte, or null when the body is gone.</summary>
    public static FlightReader? TryOpen(FlightBody body) => body.TryHold() ? new FlightReader(body) : null;

    /// <summary>Next byte to read; set it to skip ahead.</summary>
    public long Position { get; set; }

    /// <summary>
    /// The next bytes, valid until the next call; empty when the body is whole and all of it was read. Waits
    /// for the fill when it must.
    /// </summary>
    /// <exception cref="FillCutException">The fill ended early: the client must see a cut, never a clean
    /// end.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        var progress = await _body.WaitAsync(Position, cancellationToken);
        if (progress.Published <= Position)
        {
            return progress.IsComplete ? default : throw new FillCutException(progress.Fault);
        }
        var bytes = _body.InMemory(Position);
        if (bytes.IsEmpty)
        {
            _scratch ??= ArrayPool<byte>.Shared.Rent(FlightBody.ChunkBytes);
            var count = await _body.FromSpoolAsync(Position, _scratch, cancellationToken);
            bytes = count > 0 ? _scratch.AsMemory(0, count) : throw new FillCutException(FillFault.SpoolLost);
        }
        Position += bytes.Length;
        return bytes;
    }

    public void Dispose()
    {
        if (_scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(_scratch);
            _scratch = null;
        }
        _body.Dispose();
    }
}
