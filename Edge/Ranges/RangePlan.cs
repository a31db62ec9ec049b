using Flickr.Edge.Headers;

namespace Flickr.Edge.Ranges;

/// <summary>How a request for parts is answered.</summary>
internal enum RangeAnswer
{
    /// <summary>The whole: no Range, one that is to be ignored, or If-Range does not hold.</summary>
    Whole,

    /// <summary>206 with one <see cref="RangeSlice"/>.</summary>
    Single,

    /// <summary>206 multipart/byteranges.</summary>
    Multi,

    /// <summary>416 with <c>Content-Range: bytes */complete</c>.</summary>
    Unsatisfiable,
}

/// <summary>Bytes <paramref name="Offset"/> … <paramref name="Offset"/> + <paramref name="Length"/> - 1 of the whole.</summary>
/// <param name="Offset">Where the slice begins in the whole.</param>
/// <param name="Length">Bytes of it.</param>
/// <param name="Preamble">Multipart only: what to write before the bytes (boundary line, part fields, empty line).</param>
internal readonly record struct RangeSlice(long Offset, long Length, ReadOnlyMemory<byte> Preamble);

/// <summary>The answer to a Range request against a whole of known length (RFC 9110 section 14). Immutable, pure.</summary>
internal sealed class RangePlan
{
    /// <summary>More ranges than this are answered with the whole: nobody needs them and each costs a part header.</summary>
    public const int RangesMax = 8;

    public required RangeAnswer Answer { get; init; }

    /// <summary>The slices in the order asked for; empty for Whole and Unsatisfiable.</summary>
    public IReadOnlyList<RangeSlice> Slices { get; init; } = [];

    /// <summary>Content-Range of a Single or an Unsatisfiable; null otherwise.</summary>
    public string? ContentRange { get; init; }

    /// <summary>Content-Type of a Multi; null: the stored one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes of the answer's body.</summary>
    public long ContentLength { get; init; }

    /// <summary>Multi only: what to write after the last slice.</summary>
    public ReadOnlyMemory<byte> Epilogue { get; init; }

    /// <summary>Plans the answer to <paramref name="request"/> for a stored 200 of <paramref name="completeLength"/> bytes.</summary>
    public static RangePlan For(in RequestFacts request, StoredHead head, long completeLength) => throw new NotImplementedException();
}
