using System.Numerics;

namespace Flickr.Photos.Imaging;

/// <summary>
/// PDQ (Meta's ThreatExchange, "TMK+PDQF" paper of 2019): 256 bits that stay nearly the same when a picture is scaled, compressed or
/// slightly changed. Two hashes that differ in at most 31 bits are taken for one picture. Pure.
/// </summary>
public static class PerceptualHash
{
    private const int Side = 64;
    private const int Waves = 16;
    private static readonly float[] Cosines = MakeCosines();

    /// <summary>The hash of a picture as 64 hex digits.</summary>
    /// <param name="width">Pixels a row; the algorithm is meant for up to 512.</param>
    /// <param name="height">Rows.</param>
    /// <param name="rgb">Three bytes a pixel.</param>
    public static string Make(int width, int height, ReadOnlySpan<byte> rgb)
    {
        var luma = new float[width * height];
        for (var i = 0; i < luma.Length; i++)
        {
            luma[i] = (0.299f * rgb[3 * i]) + (0.587f * rgb[(3 * i) + 1]) + (0.114f * rgb[(3 * i) + 2]);
        }
        Blur(luma, width, height);
        Blur(luma, width, height);
        var waves = Transform(Decimate(luma, width, height));
        var median = waves.Order().ElementAt((waves.Length / 2) - 1);
        var bits = new byte[32];
        for (var i = 0; i < waves.Length; i++)
        {
            if (waves[i] > median)
            {
                bits[31 - (i / 8)] |= (byte)(1 << (i % 8));
            }
        }
        return Convert.ToHexStringLower(bits);
    }

    /// <summary>In how many of 256 bits two hashes differ.</summary>
    public static int Distance(string a, string b)
    {
        var (left, right) = (Convert.FromHexString(a), Convert.FromHexString(b));
        var distance = 0;
        for (var i = 0; i < left.Length; i++)
        {
            distance += BitOperations.PopCount((uint)(left[i] ^ right[i]));
        }
        return distance;
    }

    // One pass of a box filter along rows and one along columns; twice makes the tent of Jarosz.
    private static void Blur(float[] luma, int width, int height)
    {
        var line = new float[Math.Max(width, height)];
        for (var y = 0; y < height; y++)
        {
            Box(luma, y * width, 1, width, WindowOf(width), line);
        }
        for (var x = 0; x < width; x++)
        {
            Box(luma, x, width, height, WindowOf(height), line);
        }
    }

    private static int WindowOf(int length) => (length + (2 * Side) - 1) / (2 * Side);

    private static void Box(float[] values, int start, int step, int count, int window, float[] line)
    {
        var half = (window + 2) / 2;
        var (sum, taken) = (0f, 0);
        for (int right = 0, i = -(half - 1); i < count; i++, right++)
        {
            if (right < count)
            {
                sum += values[start + (right * step)];
                taken++;
            }
            var left = right - window;
            if (left >= 0 && left < count)
            {
                sum -= values[start + (left * step)];
                taken--;
            }
            if (i >= 0)
            {
                line[i] = sum / taken;
            }
        }
        for (var i = 0; i < count; i++)
        {
            values[start + (i * step)] = line[i];
        }
    }

    private static float[] Decimate(float[] luma, int width, int height)
    {
        var small = new float[Side * Side];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                small[(y * Side) + x] = luma[((int)((y + 0.5f) * height / Side) * width) + (int)((x + 0.5f) * width / Side)];
            }
        }
        return small;
    }

    private static float[] Transform(float[] small)
    {
        var half = new float[Waves * Side];
        for (var i = 0; i < Waves; i++)
        {
            for (var x = 0; x < Side; x++)
            {
                for (var k = 0; k < Side; k++)
                {
                    half[(i * Side) + x] += Cosines[(i * Side) + k] * small[(k * Side) + x];
                }
            }
        }
        var waves = new float[Waves * Waves];
        for (var i = 0; i < Waves; i++)
        {
            for (var j = 0; j < Waves; j++)
            {
                for (var k = 0; k < Side; k++)
                {
                    waves[(i * Waves) + j] += half[(i * Side) + k] * Cosines[(j * Side) + k];
                }
            }
        }
        return waves;
    }

    private static float[] MakeCosines()
    {
        var cosines = new float[Waves * Side];
        for (var i = 0; i < Waves; i++)
        {
            for (var j = 0; j < Side; j++)
            {
                cosines[(i * Side) + j] = (float)(Math.Sqrt(2.0 / Side) * Math.Cos(Math.PI / (2 * Side) * (i + 1) * ((2 * j) + 1)));
            }
        }
        return cosines;
    }
}
