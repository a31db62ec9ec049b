namespace Flickr.Tokens.Fs1;

/// <summary>Whole numbers from zero in base 36: lower case, no leading zero, at most ten digits, one spelling
/// each.</summary>
internal static class Base36
{
    private const int DigitsMax = 10;

    public static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > DigitsMax || (text.Length > 1 && text[0] == '0')) return false;
        foreach (var c in text)
        {
            var digit = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'z' => c - 'a' + 10,
                _ => -1,
            };
            if (digit < 0) return false;
            value = value * 36 + digit;
        }
        return true;
    }

    public static string Write(long value)
    {
        Span<char> digits = stackalloc char[13];
        var at = digits.Length;
        do
        {
            digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        return digits[at..].ToString();
    }
}
