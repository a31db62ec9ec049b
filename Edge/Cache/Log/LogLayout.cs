using System.Globalization;
using System.Numerics;

namespace Flickr.Edge.Cache.Log;

/// <summary>
/// Sizes of the log, derived from the options so that they fit each other: a segment is at most a 16th of the
/// limit, a page at most a segment, a record at most a 16th of a page.
/// </summary>
internal sealed record LogLayout
{
    private const int InlineBytesMax = 256 << 10;
    private const int RecordOverheadBytes = 256;

    public LogLayout(EdgeLogOptions options)
    {
        BytesMax = options.BytesMax;
        SegmentBytes = PowerOfTwo(Math.Min(options.SegmentBytes, options.BytesMax / 16));
        PageBytes = (int)PowerOfTwo(Math.Min(options.PageBytes, SegmentBytes));
        BufferPages = (int)PowerOfTwo(options.BufferPages);
        // Sixteen chunks with all that FASTER and we put around them fill a page.
        ChunkBytes = Math.Min(options.ChunkBytes, PageBytes / 16) - RecordOverheadBytes;
        InlineBytes = Math.Min(InlineBytesMax, ChunkBytes);
        // A bucket of the index (64 bytes) takes 7 records; half full at one record of 32 KiB a slot.
        IndexBytes = Math.Clamp(PowerOfTwo(options.BytesMax / (32 << 10) / 4) * 64, 64 << 10, 4L << 30);
    }

    public long BytesMax { get; }

    public long SegmentBytes { get; }

    public int PageBytes { get; }

    public int BufferPages { get; }

    /// <summary>Bytes of each chunk of a large body but the last.</summary>
    public int ChunkBytes { get; }

    /// <summary>Longest body that is kept in the record of its head.</summary>
    public int InlineBytes { get; }

    public long IndexBytes { get; }

    /// <summary>Longest head block that can be kept.</summary>
    public int HeadBytesMax => Math.Min(64 << 10, PageBytes / 16);

    /// <summary>Longest record.</summary>
    public int RecordBytesMax => Math.Max(ChunkBytes, InlineBytes + HeadBytesMax) + LogRecord.HeaderBytes;

    /// <summary>
    /// Bytes of segments that may be there before the oldest goes: room stays for two checkpoints and one
    /// segment.
    /// </summary>
    public long HighWaterBytes => BytesMax - 2 * IndexBytes - SegmentBytes;

    /// <summary>
    /// Growth of the log after which a checkpoint writes the index, too: at most a GiB has to be read again
    /// after a crash, and writing the index stays a small part of what is written.
    /// </summary>
    public long IndexEveryBytes => Math.Max(Math.Min(BytesMax / 16, 1L << 30), IndexBytes * 8);

    /// <summary>Written beside the log: a log of other sizes cannot be opened with these.</summary>
    public string Signature => string.Create(
        CultureInfo.InvariantCulture,
        $"flickr edge log, format 1, page {PageBytes}, segment {SegmentBytes}, index {IndexBytes}, chunk {ChunkBytes}\n");

    private static long PowerOfTwo(long value) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)value));
}
