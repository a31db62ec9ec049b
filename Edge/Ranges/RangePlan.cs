using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flickr.Edge.Conditions;
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

/// <summary>
/// Bytes <paramref name="Offset"/> … <paramref name="Offset"/> + <paramref name="Length"/> - 1 of the whole.
/// </summary>
/// <param name="Offset">Where the slice begins in the whole.</param>
/// <param name="Length">Bytes of it.</param>
/// <param name="Preamble">Multipart only: what to write before the bytes (boundary line, part fields, empty
/// line).</param>
internal readonly record struct RangeSlice(long Offset, long Length, ReadOnlyMemory<byte> Preamble = default);

/// <summary>
/// The answer to a Range request against a whole of known length (RFC 9110 section 14). Immutable, pure.
/// </summary>
internal sealed class RangePlan
{
    /// <summary>
    /// More ranges than this are answered with the whole: nobody needs them and each costs a part header.
    /// </summary>
    public const int RangesMax = 8;

    private static readonly RangePlan WholePlan = new() { Answer = RangeAnswer.Whole };

    public required RangeAnswer Answer { get; init; }

    /// <summary>The slices in the order asked for; empty for Whole and Unsatisfiable.</summary>
    public IReadOnlyList<RangeSlice> Slices { get; init; } = [];

    /// <summary>Content-Range of a Single or an Unsatisfiable; null otherwise.</summary>
    public string? ContentRange { get; init; }

    /// <summary>Content-Type of a Multi; null: the stored one.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes of the answer's body; 0 for a Whole: that is the stored length.</summary>
    public long ContentLength { get; init; }

    /// <summary>Multi only: what to write after the last slice.</summary>
    public ReadOnlyMemory<byte> Epilogue { get; init; }

    /// <summary>
    /// Plans the answer to <paramref name="request"/> for a stored 200 (or a 206 of the same whole) of
    /// <paramref name="completeLength"/> bytes. Allocates nothing when there is no Range.
    /// </summary>
    public static RangePlan For(in RequestFacts request, StoredHead head, long completeLength)
    {
        if (request.Range is not { } range || !request.IsGet || head.Status is not (200 or 206)
            || !IfRangeHolds(request, head))
        {
            return WholePlan;
        }
        Span<RangeSlice> slices = new RangeSlice[RangesMax];
        return RangeField.Read(range, completeLength, slices, out var count) switch
        {
            RangeReading.Ignored => WholePlan,
            _ when count == 0 => new RangePlan
            {
                Answer = RangeAnswer.Unsatisfiable,
                ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{completeLength}"),
            },
            _ when count == 1 => Single(slices[0], completeLength),
            _ => Multi(slices[..count], completeLength, head.Headers.First("Content-Type")),
        };
    }

    private static RangePlan Single(in RangeSlice slice, long completeLength) => new()
    {
        Answer = RangeAnswer.Single,
        Slices = [slice],
        ContentLength = slice.Length,
        ContentRange = new ContentRange(slice.Offset, slice.Offset + slice.Length - 1, completeLength)
            .ToString(),
    };

    private static RangePlan Multi(ReadOnlySpan<RangeSlice> slices, long completeLength, string? contentType)
    {
        // Random, so that nobody can put a boundary of ours into a photo beforehand.
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var parts = new RangeSlice[slices.Length];
        var epilogue = Encoding.Latin1.GetBytes($"\r\n--{boundary}--\r\n");
        long bytes = epilogue.Length;
        for (var index = 0; index < slices.Length; index++)
        {
            var slice = slices[index];
            var range = new ContentRange(slice.Offset, slice.Offset + slice.Length - 1, completeLength);
            var preamble = Encoding.Latin1.GetBytes((index > 0 ? "\r\n" : "") + $"--{boundary}\r\n"
                + (contentType is null ? "" : $"Content-Type: {contentType}\r\n")
                + $"Content-Range: {range}\r\n\r\n");
            parts[index] = slice with { Preamble = preamble };
            bytes += preamble.Length + slice.Length;
        }
        if (bytes > completeLength)
        {
            // more bytes than the whole: that would be a way to make us send more than we have
            return WholePlan;
        }
        return new RangePlan
        {
            Answer = RangeAnswer.Multi,
            Slices = parts,
            ContentLength = bytes,
            ContentType = $"multipart/byteranges; boundary={boundary}",
            Epilogue = epilogue,
        };
    }

    /// <summary>
    /// If-Range (RFC 9110 section 13.1.5): a strong tag that is the stored one, or the stored Last-Modified
    /// to the letter, when that was at least a second before Date (a strong date, section 8.8.2.2).
    /// </summary>
    private static bool IfRangeHolds(in RequestFacts request, StoredHead head)
    {
        if (request.IfRange is not { } ifRange)
        {
            return true;
        }
        if (EntityTag.Parse(ifRange) is { } tag)
        {
            return EntityTag.Parse(head.Headers.Joined("ETag")) is { } stored && tag.StronglyEquals(stored);
        }
        return HttpDate.TryParse(ifRange, head.ResponseTime, out var asked)
            && HttpDate.TryParse(head.Headers.Joined("Last-Modified"), head.ResponseTime, out var modified)
            && HttpDate.TryParse(head.Headers.Joined("Date"), head.ResponseTime, out var date)
            && asked == modified && date - modified >= TimeSpan.FromSeconds(1);
    }
}
