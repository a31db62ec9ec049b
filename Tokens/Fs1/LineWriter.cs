using System.Buffers.Text;
using System.Text;

namespace Flickr.Tokens.Fs1;

/// <summary>Writes ASCII lines, a newline after each, into a buffer that is known to be large
/// enough.</summary>
internal ref struct LineWriter(Span<byte> into)
{
    private readonly Span<byte> _into = into;

    public int Length { get; private set; }

    public void Line(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_into[Length..]);
        End(text.Length);
    }

    public void Line(ReadOnlySpan<char> ascii)
    {
        Ascii.FromUtf16(ascii, _into[Length..], out var written);
        End(written);
    }

    public void Line(long number)
    {
        Utf8Formatter.TryFormat(number, _into[Length..], out var written);
        End(written);
    }

    private void End(int written)
    {
        Length += written;
        _into[Length++] = (byte)'\n';
    }
}
