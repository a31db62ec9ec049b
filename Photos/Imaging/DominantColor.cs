using System.Globalization;

namespace Flickr.Photos.Imaging;

/// <summary>The colour most of a picture has, for the frame that waits for it.</summary>
internal static class DominantColor
{
    private const int BitsPerChannel = 3;
    private const int Cells = 1 << (3 * BitsPerChannel);

    /// <summary>
    /// <c>#rrggbb</c>: the mean of the fullest cell of a cube of 8 × 8 × 8 colours. A plain mean of all would be grey for
    /// most photos.
    /// </summary>
    /// <param name="rgba">Four bytes a pixel; at least one pixel.</param>
    public static string Find(ReadOnlySpan<byte> rgba)
    {
        Span<long> counts = stackalloc long[Cells];
        Span<long> sums = stackalloc long[Cells * 3];
        counts.Clear();
        sums.Clear();
        for (var i = 0; i + 3 < rgba.Length; i += 4)
        {
            var cell = (rgba[i] >> 5 << 6) | (rgba[i + 1] >> 5 << 3) | (rgba[i + 2] >> 5);
            counts[cell]++;
            for (var channel = 0; channel < 3; channel++)
            {
                sums[(cell * 3) + channel] += rgba[i + channel];
            }
        }
        var fullest = 0;
        for (var cell = 1; cell < Cells; cell++)
        {
            fullest = counts[cell] > counts[fullest] ? cell : fullest;
        }
        var count = Math.Max(1, counts[fullest]);
        return string.Create(CultureInfo.InvariantCulture,
            $"#{sums[fullest * 3] / count:x2}{sums[(fullest * 3) + 1] / count:x2}{sums[(fullest * 3) + 2] / count:x2}");
    }
}
