namespace Flickr.Tidy.Tests;

/// <summary>
/// The YAML that our compose and Prometheus files are written in: block maps and lists, flow lists, plain and
/// quoted scalars, comments, and <c>&amp;anchor</c> / <c>&lt;&lt;: *anchor</c> on maps. Anything else throws,
/// so that a check never passes on a file it did not understand. Maps are dictionaries, lists are lists, the
/// rest is text.
/// </summary>
internal sealed class PlainYaml
{
    private readonly List<(int Indent, string Text)> _lines;
    private readonly Dictionary<string, object> _anchors = new(StringComparer.Ordinal);
    private int _at;

    private PlainYaml(string text) => _lines = [.. text.Split('\n').Select(WithoutComment)
        .Where(line => line.Trim().Length > 0 && line.Trim() != "---")
        .Select(line => (line.Length - line.TrimStart().Length, line.Trim()))];

    public static Dictionary<string, object> Parse(string text)
    {
        var yaml = new PlainYaml(text);
        var map = yaml.Map(0);
        return yaml._at == yaml._lines.Count ? map
            : throw new FormatException("not understood: " + yaml._lines[yaml._at].Text);
    }

    private Dictionary<string, object> Map(int indent)
    {
        var map = new Dictionary<string, object>(StringComparer.Ordinal);
        while (_at < _lines.Count && _lines[_at].Indent == indent
            && !_lines[_at].Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var (key, value) = KeyAndValue(_lines[_at].Text);
            _at++;
            if (key == "<<")
            {
                foreach (var (name, inherited) in (Dictionary<string, object>)_anchors[value.TrimStart('*')])
                {
                    map.TryAdd(name, inherited);
                }
                continue;
            }
            string? anchor = null;
            if (value.StartsWith('&'))
            {
                var parts = value.Split(' ', 2);
                (anchor, value) = (parts[0][1..], parts.Length > 1 ? parts[1] : "");
            }
            map[key] = value.Length > 0 ? Scalar(value) : Below(indent);
            if (anchor is not null)
            {
                _anchors[anchor] = map[key];
            }
        }
        return map;
    }

    private object Below(int indent)
    {
        if (_at >= _lines.Count || _lines[_at].Indent < indent)
        {
            return "";
        }
        var (inner, text) = _lines[_at];
        if (text.StartsWith("- ", StringComparison.Ordinal))
        {
            return List(inner);
        }
        return inner > indent ? Map(inner) : "";
    }

    private List<object> List(int indent)
    {
        var list = new List<object>();
        while (_at < _lines.Count && _lines[_at].Indent == indent
            && _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var item = _lines[_at].Text[2..].Trim();
            if (IsMapItem(item))
            {
                // The item is a map whose first line shares the line of the dash.
                _lines[_at] = (indent + 2, item);
                list.Add(Map(indent + 2));
            }
            else
            {
                list.Add(Scalar(item));
                _at++;
            }
        }
        return list;
    }

    private static bool IsMapItem(string item) => item[0] is not ('"' or '\'' or '[')
        && (item.EndsWith(':') || item.Contains(": ", StringComparison.Ordinal));

    private static (string Key, string Value) KeyAndValue(string text)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0 && !text.EndsWith(':'))
        {
            throw new FormatException("no key: " + text);
        }
        return colon < 0 ? (Unquoted(text[..^1]), "")
            : (Unquoted(text[..colon].Trim()), text[(colon + 2)..].Trim());
    }

    private object Scalar(string text)
    {
        if (text.StartsWith('*'))
        {
            return _anchors[text[1..]];
        }
        if (text.StartsWith('['))
        {
            return text.EndsWith(']')
                ? text[1..^1].Split(',',
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(item => (object)Unquoted(item)).ToList()
                : throw new FormatException("a list over several lines: " + text);
        }
        return text[0] is '{' or '|' or '>' or '&' or '!'
            ? throw new FormatException("not understood: " + text) : Unquoted(text);
    }

    private static string Unquoted(string text) =>
        text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;

    /// <summary>A comment starts the line or follows a blank, outside quotes.</summary>
    private static string WithoutComment(string line)
    {
        char? quote = null;
        for (var at = 0; at < line.Length; at++)
        {
            if (quote is null && line[at] is '"' or '\'')
            {
                quote = line[at];
            }
            else if (line[at] == quote)
            {
                quote = null;
            }
            else if (quote is null && line[at] == '#' && (at == 0 || line[at - 1] == ' '))
            {
                return line[..at];
            }
        }
        return line;
    }
}
