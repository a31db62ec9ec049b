using System.Text.Json;

namespace Flickr.Commands;

/// <summary>
/// A document of a node's admin listener as text: rows for a list, name and value for an object.
/// </summary>
internal static class PlainJson
{
    /// <summary>Prints the document itself when JSON was asked for, else its rows.</summary>
    public static void Write(Terminal terminal, bool json, JsonElement document)
    {
        if (json)
        {
            terminal.Out.WriteLine(document.GetRawText());
            return;
        }
        switch (document.ValueKind)
        {
            case JsonValueKind.Array:
                WriteList(terminal, [.. document.EnumerateArray()]);
                break;
            case JsonValueKind.Object:
                terminal.WriteTable(["name", "value"], document.EnumerateObject()
                    .Select(member => (IReadOnlyList<string>)[member.Name, TextOf(member.Value)]));
                break;
            default:
                terminal.Out.WriteLine(Terminal.Printable(TextOf(document)));
                break;
        }
    }

    /// <summary>Columns are the members of all rows, in the order in which they first appear.</summary>
    private static void WriteList(Terminal terminal, IReadOnlyList<JsonElement> rows)
    {
        var columns = rows.Where(row => row.ValueKind == JsonValueKind.Object)
            .SelectMany(row => row.EnumerateObject().Select(member => member.Name)).Distinct().ToList();
        if (columns.Count == 0)
        {
            terminal.WriteTable(["value"], rows.Select(row => (IReadOnlyList<string>)[TextOf(row)]));
            return;
        }
        terminal.WriteTable(columns, rows.Select(row => (IReadOnlyList<string>)
            [.. columns.Select(column => row.TryGetProperty(column, out var value) ? TextOf(value) : "")]));
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "-",
        _ => value.GetRawText(),
    };
}
