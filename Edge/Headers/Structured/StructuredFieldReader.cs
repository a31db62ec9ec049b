using System.Globalization;
using System.Text;

namespace Flickr.Edge.Headers.Structured;

/// <summary>The parsing algorithms of RFC 9651 section 4.2, each one method; null means failure.</summary>
internal ref struct StructuredFieldReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<char> _rest;

    public readonly bool IsAtEnd => _rest.Length == 0;

    /// <summary>Opens a field past its leading spaces; false when it is too long or not ASCII.</summary>
    public static bool TryOpen(string field, out StructuredFieldReader reader)
    {
        reader = new StructuredFieldReader { _rest = field };
        reader.SkipSpaces();
        return field.Length <= StructuredField.LengthMax && Ascii.IsValid(field);
    }

    public void SkipSpaces() => _rest = _rest.TrimStart(' ');

    public bool Take(char expected)
    {
        if (_rest.Length == 0 || _rest[0] != expected)
        {
            return false;
        }
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Between members: white space, comma, white space, and not the end; or the end.</summary>
    public bool SkipComma()
    {
        _rest = _rest.TrimStart(" \t");
        if (IsAtEnd)
        {
            return true;
        }
        if (!Take(','))
        {
            return false;
        }
        _rest = _rest.TrimStart(" \t");
        return !IsAtEnd;
    }

    public FieldMember? ReadMember() => _rest.Length > 0 && _rest[0] == '(' ? ReadInnerList() : ReadItem();

    /// <summary>A dictionary key without a value: true, with parameters.</summary>
    public FieldMember? ReadTrue() =>
        ReadParameters() is { } parameters ? new FieldMember(BareItem.OfBoolean(true), null, parameters)
        : null;

    public FieldMember? ReadItem() =>
        ReadBareItem() is { } item && ReadParameters() is { } parameters
        ? new FieldMember(item, null, parameters) : null;

    public string? ReadKey()
    {
        if (_rest.Length == 0 || !(char.IsAsciiLetterLower(_rest[0]) || _rest[0] == '*'))
        {
            return null;
        }
        var length = 1;
        while (length < _rest.Length
            && (char.IsAsciiLetterLower(_rest[length]) || char.IsAsciiDigit(_rest[length])
            || "_-.*".Contains(_rest[length])))
        {
            length++;
        }
        return TakeText(length);
    }

    private FieldMember? ReadInnerList()
    {
        Take('(');
        var items = new List<FieldMember>();
        while (!IsAtEnd)
        {
            SkipSpaces();
            if (Take(')'))
            {
                return ReadParameters() is { } parameters ? new FieldMember(default, items, parameters)
                    : null;
            }
            if (ReadItem() is not { } item)
            {
                return null;
            }
            items.Add(item);
            if (IsAtEnd || _rest[0] is not (' ' or ')'))
            {
                return null;
            }
        }
        return null;
    }

    private List<FieldParameter>? ReadParameters()
    {
        var parameters = new List<FieldParameter>();
        while (Take(';'))
        {
            SkipSpaces();
            if (ReadKey() is not { } key)
            {
                return null;
            }
            var value = Take('=') ? ReadBareItem() : BareItem.OfBoolean(true);
            if (value is not { } bare)
            {
                return null;
            }
            var at = parameters.FindIndex(parameter => parameter.Key == key);
            if (at >= 0)
            {
                parameters[at] = new FieldParameter(key, bare);
            }
            else
            {
                parameters.Add(new FieldParameter(key, bare));
            }
        }
        return parameters;
    }

    private BareItem? ReadBareItem()
    {
        if (IsAtEnd)
        {
            return null;
        }
        switch (_rest[0])
        {
            case '-' or (>= '0' and <= '9'):
                return ReadNumber();
            case '"':
                return ReadString();
            case '*' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'):
                return ReadToken();
            case ':':
                return ReadBinary();
            case '?':
                return ReadBoolean();
            case '@':
                _rest = _rest[1..];
                return ReadNumber() is { Kind: BareItemKind.Integer } seconds
                    ? BareItem.OfDate(seconds.Number) : null;
            case '%':
                return ReadDisplayString();
            default:
                return null;
        }
    }

    private BareItem? ReadNumber()
    {
        var sign = Take('-') ? -1 : 1;
        var length = 0;
        var point = -1;
        while (length < _rest.Length && (char.IsAsciiDigit(_rest[length])
            || (_rest[length] == '.' && point < 0 && length > 0)))
        {
            point = _rest[length] == '.' ? length : point;
            length++;
            if (point < 0 ? length > 15 : point > 12 || length > 16)
            {
                return null;
            }
        }
        if (length == 0)
        {
            return null;
        }
        var digits = _rest[..length];
        _rest = _rest[length..];
        if (point < 0)
        {
            return BareItem.OfInteger(sign * long.Parse(digits, NumberStyles.None,
                CultureInfo.InvariantCulture));
        }
        return length - point - 1 is >= 1 and <= 3
            ? BareItem.OfDecimal(sign * decimal.Parse(digits, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture))
            : null;
    }

    private BareItem? ReadString()
    {
        Take('"');
        var text = new StringBuilder();
        while (!IsAtEnd)
        {
            var next = _rest[0];
            _rest = _rest[1..];
            switch (next)
            {
                case '\\' when _rest.Length > 0 && _rest[0] is '"' or '\\':
                    text.Append(_rest[0]);
                    _rest = _rest[1..];
                    break;
                case '\\' or < ' ' or > '~':
                    return null;
                case '"':
                    return BareItem.OfString(text.ToString());
                default:
                    text.Append(next);
                    break;
            }
        }
        return null;
    }

    private BareItem ReadToken()
    {
        var length = 1;
        while (length < _rest.Length && (FieldSyntax.TokenCharacters.Contains(_rest[length])
            || _rest[length] is ':' or '/'))
        {
            length++;
        }
        return BareItem.OfToken(TakeText(length));
    }

    private BareItem? ReadBinary()
    {
        Take(':');
        var end = _rest.IndexOf(':');
        if (end < 0)
        {
            return null;
        }
        var text = _rest[..end];
        _rest = _rest[(end + 1)..];
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '/' or '='))
            {
                return null;
            }
        }
        // Missing padding is made good, as the RFC asks of parsers (section 4.2.7).
        var padded = text.TrimEnd('=').ToString();
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var count)
            ? BareItem.OfBinary(bytes.AsMemory(0, count)) : null;
    }

    private BareItem? ReadBoolean()
    {
        Take('?');
        return Take('1') ? BareItem.OfBoolean(true) : Take('0') ? BareItem.OfBoolean(false) : null;
    }

    private BareItem? ReadDisplayString()
    {
        Take('%');
        if (!Take('"'))
        {
            return null;
        }
        var bytes = new List<byte>();
        while (!IsAtEnd)
        {
            var next = _rest[0];
            _rest = _rest[1..];
            switch (next)
            {
                case < ' ' or > '~':
                    return null;
                case '%' when _rest.Length >= 2 && IsLowerHex(_rest[0]) && IsLowerHex(_rest[1]):
                    bytes.Add(byte.Parse(_rest[..2], NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture));
                    _rest = _rest[2..];
                    break;
                case '%':
                    return null;
                case '"':
                    return Utf8([.. bytes]) is { } text ? BareItem.OfDisplayString(text) : null;
                default:
                    bytes.Add((byte)next);
                    break;
            }
        }
        return null;
    }

    private static string? Utf8(byte[] bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? StrictUtf8.GetString(bytes) : null;

    private static bool IsLowerHex(char character) => character is (>= '0' and <= '9') or (>= 'a' and <= 'f');

    private string TakeText(int length)
    {
        var text = _rest[..length].ToString();
        _rest = _rest[length..];
        return text;
    }
}
