using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Cache.Memory;

/// <summary>Settings of the edge's RAM tier; section <c>Edge:Memory</c>.</summary>
public sealed class EdgeMemoryOptions
{
    /// <summary>
    /// Bytes the RAM tier may hold, bodies in flight, fragmentation and bookkeeping included. 4 MiB to 1 TiB.
    /// Default 512 MiB.
    /// </summary>
    [Range(4L << 20, 1L << 40)]
    public long BytesMax { get; set; } = 512L << 20;

    /// <summary>
    /// Bytes of the largest body the RAM tier keeps; larger ones are for the log tier. At most half of the
    /// small queue is used for one object, whatever stands here. 4 KiB to 64 MiB. Default 2 MiB.
    /// </summary>
    [Range(4L << 10, 64L << 20)]
    public long ObjectBytesMax { get; set; } = 2L << 20;

    /// <summary>
    /// Share of the bytes that the queue of newcomers gets (S3-FIFO). 0.01 to 0.5. Default 0.1.
    /// </summary>
    [Range(0.01, 0.5)]
    public double SmallQueueShare { get; set; } = 0.1;

    /// <summary>
    /// Hits a newcomer of up to 64 KiB needs to be kept when its time in the small queue is over; every
    /// fourfold of the size asks for one more, up to 3. 1 to 3. Default 1.
    /// </summary>
    [Range(1, 3)]
    public int PromoteHits { get; set; } = 1;

    /// <summary>
    /// Bytes outside the tier that bodies in flight may borrow when every byte of the tier is in use by
    /// readers. Such a body is sent but not kept. 0 to 16 GiB. Default 64 MiB.
    /// </summary>
    [Range(0L, 16L << 30)]
    public long OverflowBytesMax { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of one body in flight that wait for its readers when the body is too large to be kept in RAM; a
    /// full window makes the fill wait. 256 KiB to 1 GiB. Default 8 MiB.
    /// </summary>
    [Range(256L << 10, 1L << 30)]
    public long WindowBytes { get; set; } = 8L << 20;

    /// <summary>
    /// Ask the kernel for 2 MiB pages under the slabs (transparent huge pages). Default true.
    /// </summary>
    public bool LargePages { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class EdgeMemoryOptionsValidator : IValidateOptions<EdgeMemoryOptions>;
