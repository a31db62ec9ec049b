namespace Flickr.Edge.Collapse;

/// <summary>
/// One reader's cursor in a <see cref="FlightBody"/>. Not thread-safe. Dispose gives the hold back.
/// </summary>
internal sealed class FlightReader : IDisposable
{
    private const int CrowdReaders = 64;
    private const int CrowdPieceBytes = 8 << 10;

    private readonly FlightBody _body;

    private FlightReader(FlightBody body)
    {
        _body = body;
    }

    /// <summary>A reader at the first byte, or null when the body is gone.</summary>
    public static FlightReader? TryOpen(FlightBody body) => body.TryHold() ? new FlightReader(body) : null;

    /// <summary>Next byte to read; set it to skip ahead.</summary>
    public long Position { get; set; }

    /// <summary>
    /// Bytes to read at a time: many readers take little each, because what the client has not taken yet lies in
    /// memory for each of them.
    /// </summary>
    public int PieceBytes => _body.Holders > CrowdReaders ? CrowdPieceBytes : FlightBody.ChunkBytes;

    /// <summary>
    /// How many bytes can be read at <see cref="Position"/>; 0 when the body is whole and all of it was read.
    /// Waits for the fill when it must.
    /// </summary>
    /// <exception cref="FillCutException">The fill ended early: the client must see a cut, never a clean
    /// end.</exception>
    public async ValueTask<long> WaitAsync(CancellationToken cancellationToken)
    {
        var progress = await _body.WaitAsync(Position, cancellationToken);
        return progress.Published > Position ? progress.Published - Position
            : progress.IsComplete ? 0 : throw new FillCutException(progress.Fault);
    }

    /// <summary>
    /// Copies bytes at <see cref="Position"/> that <see cref="WaitAsync"/> has told of, from memory or from the
    /// spool straight into the reader's own; at least one.
    /// </summary>
    /// <exception cref="FillCutException">The spool lost them.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        var count = _body.Copy(Position, into.Span);
        if (count == 0)
        {
            count = await _body.FromSpoolAsync(Position, into, cancellationToken);
        }
        Position += count > 0 ? count : throw new FillCutException(FillFault.SpoolLost);
        return count;
    }

    public void Dispose() => _body.Dispose();
}
