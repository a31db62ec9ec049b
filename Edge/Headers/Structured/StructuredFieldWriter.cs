using System.Globalization;
using System.Text;

namespace Flickr.Edge.Headers.Structured;

/// <summary>
/// Writes structured fields in their canonical form (RFC 9651 section 4.1). An empty list or dictionary is an
/// empty text: send no field.
/// </summary>
internal static class StructuredFieldWriter
{
    public static string Write(IReadOnlyList<FieldMember> list)
    {
        var text = new StringBuilder();
        foreach (var member in list)
        {
            Separate(text);
            Append(text, member);
        }
        return text.ToString();
    }

    public static string Write(IReadOnlyList<FieldEntry> dictionary)
    {
        var text = new StringBuilder();
        foreach (var (key, member) in dictionary)
        {
            Separate(text);
            text.Append(key);
            if (!member.IsInnerList && member.Item is { Kind: BareItemKind.Boolean, IsTrue: true })
            {
                Append(text, member.Parameters);
                continue;
            }
            text.Append('=');
            Append(text, member);
        }
        return text.ToString();
    }

    public static string Write(FieldMember item)
    {
        var text = new StringBuilder();
        Append(text, item);
        return text.ToString();
    }

    /// <summary>Appends one value.</summary>
    /// <exception cref="FormatException">The value has no form on the wire, e.g. a String with control
    /// characters.</exception>
    public static void Append(StringBuilder text, in BareItem item)
    {
        switch (item.Kind)
        {
            case BareItemKind.Integer:
                text.Append(item.Number.ToString(CultureInfo.InvariantCulture));
                break;
            case BareItemKind.Decimal:
                text.Append(decimal.Round(item.Decimal, 3, MidpointRounding.ToEven)
                    .ToString("0.0##", CultureInfo.InvariantCulture));
                break;
            case BareItemKind.String:
                AppendString(text, item.Text);
                break;
            case BareItemKind.Token:
                text.Append(item.Text);
                break;
            case BareItemKind.Binary:
                text.Append(':').Append(Convert.ToBase64String(item.Bytes.Span)).Append(':');
                break;
            case BareItemKind.Boolean:
                text.Append(item.IsTrue ? "?1" : "?0");
                break;
            case BareItemKind.Date:
                text.Append('@').Append(item.Number.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                AppendDisplayString(text, item.Text);
                break;
        }
    }

    private static void Append(StringBuilder text, FieldMember member)
    {
        if (member.Inner is { } inner)
        {
            text.Append('(');
            for (var index = 0; index < inner.Count; index++)
            {
                text.Append(index > 0 ? " " : "");
                Append(text, inner[index]);
            }
            text.Append(')');
        }
        else
        {
            Append(text, member.Item);
        }
        Append(text, member.Parameters);
    }

    private static void Append(StringBuilder text, IReadOnlyList<FieldParameter> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            text.Append(';').Append(key);
            if (value is not { Kind: BareItemKind.Boolean, IsTrue: true })
            {
                text.Append('=');
                Append(text, value);
            }
        }
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            if (character is < ' ' or > '~')
            {
                throw new FormatException("a String of a structured field holds only printable ASCII");
            }
            text.Append(character is '"' or '\\' ? "\\" : "").Append(character);
        }
        text.Append('"');
    }

    private static void AppendDisplayString(StringBuilder text, string value)
    {
        text.Append("%\"");
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            if (octet is (byte)'%' or (byte)'"' or < 0x20 or > 0x7e)
            {
                text.Append('%').Append(octet.ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append((char)octet);
            }
        }
        text.Append('"');
    }

    private static void Separate(StringBuilder text) => text.Append(text.Length > 0 ? ", " : "");
}
