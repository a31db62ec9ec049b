using System.Globalization;

namespace Flickr.Edge.Explain;

/// <summary>
/// One condition on a record, e.g. <c>status&gt;=500</c>, <c>outcome=miss</c>, <c>target~/alice/</c>
/// (contains).
/// </summary>
internal sealed record RecordFilter(string Field, string Operator, string Value)
{
    private static readonly string[] Names =
        ["method", "host", "target", "status", "outcome", "problem", "ms", "bytes", "key", "owner", "client"];

    private static readonly string[] Operators = [">=", "<=", "!=", "=", ">", "<", "~"];

    /// <summary>The fields, for messages to people.</summary>
    public static string Fields => string.Join(", ", Names);

    /// <summary>Whether a record has such a field.</summary>
    public static bool IsField(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Reads a condition; null when it is none.</summary>
    public static RecordFilter? Parse(string? text)
    {
        var at = (text ?? "").AsSpan().IndexOfAny("=!<>~");
        if (at <= 0 || !IsField(text![..at]))
        {
            return null;
        }
        var sign = Operators.FirstOrDefault(sign =>
            text.AsSpan(at).StartsWith(sign, StringComparison.Ordinal));
        return sign is null ? null : new RecordFilter(text[..at], sign, text[(at + sign.Length)..]);
    }

    /// <summary>
    /// Whether the record meets the condition. Numbers are compared as numbers, texts without letter case.
    /// </summary>
    public bool Matches(RequestRecord record)
    {
        var text = TextOf(record, Field);
        if (Operator == "~")
        {
            return text.Contains(Value, StringComparison.OrdinalIgnoreCase);
        }
        var order = double.TryParse(text, CultureInfo.InvariantCulture, out var left)
            && double.TryParse(Value, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : string.Compare(text, Value, StringComparison.OrdinalIgnoreCase);
        return Operator switch
        {
            "=" => order == 0,
            "!=" => order != 0,
            ">" => order > 0,
            "<" => order < 0,
            ">=" => order >= 0,
            _ => order <= 0,
        };
    }

    /// <summary>The value of a field as text; empty when there is none.</summary>
    public static string TextOf(RequestRecord record, string field) => field switch
    {
        "method" => record.Method,
        "host" => record.Host,
        "target" => record.Target,
        "status" => record.Status.ToString(CultureInfo.InvariantCulture),
        "outcome" => record.Outcome.ToString().ToLowerInvariant(),
        "problem" => record.Problem ?? "",
        "ms" => record.Milliseconds.ToString(CultureInfo.InvariantCulture),
        "bytes" => record.Bytes.ToString(CultureInfo.InvariantCulture),
        "key" => record.Key ?? "",
        "owner" => record.Owner ?? "",
        _ => record.Client ?? "",
    };
}
