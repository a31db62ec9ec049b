using System.Globalization;
using System.Text;

namespace Flickr.Load.Drill;

/// <summary>Takes the parts out of a chunked body (RFC 9112 section 7.1) as it comes in. Trailers end it at the empty line.</summary>
internal sealed class ChunkReader
{
    private readonly StringBuilder _line = new();
    private long _left;
    private bool _isAfterPart;

    /// <summary>The last chunk has come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The next part in <paramref name="bytes"/>, which moves on; false when they are used up.</summary>
    /// <exception cref="FormatException">A chunk size is no number.</exception>
    public bool TryTake(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> part)
    {
        while (bytes.Length > 0 && !IsOver)
        {
            if (_left > 0)
            {
                part = bytes[..(int)Math.Min(_left, bytes.Length)];
                bytes = bytes[part.Length..];
                _left -= part.Length;
                _isAfterPart = _left == 0;
                return true;
            }
            var character = (char)bytes[0];
            bytes = bytes[1..];
            if (character != '\n')
            {
                _line.Append(character);
                continue;
            }
            EndLine(_line.ToString().TrimEnd('\r'));
            _line.Clear();
        }
        part = default;
        return false;
    }

    private void EndLine(string line)
    {
        if (_isAfterPart)
        {
            _isAfterPart = false; // the line end after a part's bytes
            return;
        }
        _left = long.Parse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        IsOver = _left == 0;
    }
}
