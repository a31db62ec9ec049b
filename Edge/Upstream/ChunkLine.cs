namespace Flickr.Edge.Upstream;

/// <summary>The line before a chunk (RFC 9112 7.1). Pure.</summary>
internal static class ChunkLine
{
    private const int DigitsMax = 15;

    /// <summary>The size that the line states, its extensions ignored; null when it states none.</summary>
    /// <param name="line">The line without CR LF.</param>
    public static long? SizeOf(ReadOnlySpan<byte> line)
    {
        var digits = 0;
        var size = 0L;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == DigitsMax)
            {
                return null;
            }
            size = (size << 4) | ValueOf(line[digits++]);
        }
        var rest = line[digits..].TrimStart(" \t"u8);
        return digits > 0 && (rest.IsEmpty || rest[0] == ';') && !rest.Contains((byte)'\r') ? size : null;
    }

    private static uint ValueOf(byte digit) => digit <= '9' ? digit - (uint)'0' : (digit | 0x20u) - 'a' + 10;
}
