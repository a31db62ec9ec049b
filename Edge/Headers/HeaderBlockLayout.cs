using System.Buffers.Binary;
using System.Text;

namespace Flickr.Edge.Headers;

/// <summary>Writes and reads the layout of <see cref="HeaderBlock"/>.</summary>
internal static class HeaderBlockLayout
{
    public static int Write(ReadOnlySpan<HeaderLine> lines, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, checked((ushort)lines.Length));
        var at = 2;
        foreach (var (name, value) in lines)
        {
            var known = KnownNames.IndexOf(name);
            destination[at++] = known;
            if (known == 0)
            {
                destination[at++] = (byte)name.Length;
                at += Encoding.Latin1.GetBytes(name, destination[at..]);
            }
            if (value.Length >= 1 << 24)
            {
                throw new ArgumentException($"a field value of {value.Length} bytes cannot be stored",
                    nameof(lines));
            }
            destination[at] = (byte)value.Length;
            destination[at + 1] = (byte)(value.Length >> 8);
            destination[at + 2] = (byte)(value.Length >> 16);
            at += 3;
            at += Encoding.Latin1.GetBytes(value, destination[at..]);
        }
        return at;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out HeaderLine[] lines, out int bytesRead)
    {
        lines = [];
        bytesRead = 0;
        if (source.Length < 2)
        {
            return false;
        }
        var count = BinaryPrimitives.ReadUInt16LittleEndian(source);
        if (source.Length - 2 < count * 4)
        {
            return false; // a torn or foreign block must not make us reserve room for 65,535 lines
        }
        var rest = source[2..];
        var read = new HeaderLine[count];
        for (var index = 0; index < count; index++)
        {
            if (!TryReadLine(ref rest, out read[index]))
            {
                return false;
            }
        }
        lines = read;
        bytesRead = source.Length - rest.Length;
        return true;
    }

    private static bool TryReadLine(ref ReadOnlySpan<byte> rest, out HeaderLine line)
    {
        line = default;
        if (rest.Length < 1)
        {
            return false;
        }
        var name = KnownNames.At(rest[0]);
        var literal = rest[0] == 0;
        rest = rest[1..];
        if (literal)
        {
            if (rest.Length < 1 || rest.Length < 1 + rest[0])
            {
                return false;
            }
            name = Encoding.Latin1.GetString(rest.Slice(1, rest[0]));
            rest = rest[(1 + rest[0])..];
        }
        if (name is null || rest.Length < 3)
        {
            return false;
        }
        var length = rest[0] | rest[1] << 8 | rest[2] << 16;
        rest = rest[3..];
        if (rest.Length < length)
        {
            return false;
        }
        line = new HeaderLine(name, Encoding.Latin1.GetString(rest[..length]));
        rest = rest[length..];
        return true;
    }
}
