namespace Flickr.Photos.Imaging;

/// <summary>
/// ThumbHash, the placeholder of 21 to 25 bytes that is painted until the thumbnail has come
/// (evanw.github.io/thumbhash): the mean colour and a few cosine terms of luma, two colour differences and alpha.
/// </summary>
internal static class ThumbHash
{
    /// <summary>The hash of an upright picture of at most 100 × 100 pixels, 4 bytes each (RGBA, not premultiplied).</summary>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> rgba)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(width, height), 100);
        var pixels = width * height;
        var (l, p, q, a) = Split(pixels, rgba);
        var hasAlpha = Array.Exists(a, alpha => alpha < 1);
        var longest = Math.Max(width, height);
        var limit = hasAlpha ? 5 : 7;
        var lx = Math.Max(1, Round((double)limit * width / longest));
        var ly = Math.Max(1, Round((double)limit * height / longest));
        var luma = Channel(l, width, height, Math.Max(3, lx), Math.Max(3, ly));
        var yellow = Channel(p, width, height, 3, 3);
        var red = Channel(q, width, height, 3, 3);
        var isLandscape = width > height;
        var head = Round(63 * luma.Mean) | Round(31.5 + (31.5 * yellow.Mean)) << 6 | Round(31.5 + (31.5 * red.Mean)) << 12
            | Round(31 * luma.Scale) << 18 | (hasAlpha ? 1 << 23 : 0);
        var tail = (isLandscape ? ly : lx) | Round(63 * yellow.Scale) << 3 | Round(63 * red.Scale) << 9
            | (isLandscape ? 1 << 15 : 0);
        List<byte> hash = [(byte)head, (byte)(head >> 8), (byte)(head >> 16), (byte)tail, (byte)(tail >> 8)];
        List<double> terms = [.. luma.Terms, .. yellow.Terms, .. red.Terms];
        if (hasAlpha)
        {
            var alpha = Channel(a, width, height, 5, 5);
            hash.Add((byte)(Round(15 * alpha.Mean) | Round(15 * alpha.Scale) << 4));
            terms.AddRange(alpha.Terms);
        }
        for (var i = 0; i < terms.Count; i += 2)
        {
            hash.Add((byte)(Round(15 * terms[i]) | (i + 1 < terms.Count ? Round(15 * terms[i + 1]) << 4 : 0)));
        }
        return [.. hash];
    }

    // Halves go up, as in the reference's Math.round, not to even.
    private static int Round(double value) => (int)Math.Floor(value + 0.5);

    private static (double[] L, double[] P, double[] Q, double[] A) Split(int pixels, ReadOnlySpan<byte> rgba)
    {
        double red = 0, green = 0, blue = 0, sum = 0;
        for (var i = 0; i < pixels; i++)
        {
            var alpha = rgba[(i * 4) + 3] / 255.0;
            red += alpha / 255 * rgba[i * 4];
            green += alpha / 255 * rgba[(i * 4) + 1];
            blue += alpha / 255 * rgba[(i * 4) + 2];
            sum += alpha;
        }
        (red, green, blue) = sum > 0 ? (red / sum, green / sum, blue / sum) : (red, green, blue);
        double[] l = new double[pixels], p = new double[pixels], q = new double[pixels], a = new double[pixels];
        for (var i = 0; i < pixels; i++)
        {
            var alpha = rgba[(i * 4) + 3] / 255.0;
            var r = (red * (1 - alpha)) + (alpha / 255 * rgba[i * 4]);
            var g = (green * (1 - alpha)) + (alpha / 255 * rgba[(i * 4) + 1]);
            var b = (blue * (1 - alpha)) + (alpha / 255 * rgba[(i * 4) + 2]);
            (l[i], p[i], q[i], a[i]) = ((r + g + b) / 3, ((r + g) / 2) - b, r - g, alpha);
        }
        return (l, p, q, a);
    }

    private static (double Mean, List<double> Terms, double Scale) Channel(double[] values, int width, int height, int nx, int ny)
    {
        double mean = 0, scale = 0;
        var terms = new List<double>();
        var fx = new double[width];
        for (var cy = 0; cy < ny; cy++)
        {
            for (var cx = 0; cx * ny < nx * (ny - cy); cx++)
            {
                for (var x = 0; x < width; x++)
                {
                    fx[x] = Math.Cos(Math.PI / width * cx * (x + 0.5));
                }
                var f = 0.0;
                for (var y = 0; y < height; y++)
                {
                    var fy = Math.Cos(Math.PI / height * cy * (y + 0.5));
                    for (var x = 0; x < width; x++)
                    {
                        f += values[x + (y * width)] * fx[x] * fy;
                    }
                }
                f /= width * height;
                if (cx == 0 && cy == 0)
                {
                    mean = f;
                    continue;
                }
                terms.Add(f);
                scale = Math.Max(scale, Math.Abs(f));
            }
        }
        return (mean, scale > 0 ? terms.ConvertAll(term => 0.5 + (0.5 / scale * term)) : terms, scale);
    }
}
