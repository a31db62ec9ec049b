using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Flickr.Commands;

/// <summary>
/// Where a command reads and writes: results to <see cref="Out"/>, complaints to <see cref="Error"/>. Tests
/// give their own writers. Not thread-safe.
/// </summary>
internal sealed class Terminal
{
    private Terminal(TextReader input, TextWriter output, TextWriter error, bool isInteractive, bool canAsk,
        IReadOnlyDictionary<string, string> environment)
    {
        (In, Out, Error, IsInteractive, CanAsk, Environment) =
            (input, output, error, isInteractive, canAsk, environment);
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isInteractive ? InteractionSupport.Detect : InteractionSupport.No,
        });
    }

    /// <summary>Standard input.</summary>
    public TextReader In { get; }

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Complaints and notes.</summary>
    public TextWriter Error { get; }

    /// <summary>
    /// Whether <see cref="Out"/> is a terminal: tables and progress bars, else plain lines.
    /// </summary>
    public bool IsInteractive { get; }

    /// <summary>Whether a person can be asked for a password.</summary>
    public bool CanAsk { get; }

    /// <summary>Environment variables by name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The same output as <see cref="Out"/>, for tables and progress bars.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>The process's own streams and environment.</summary>
    public static Terminal OfProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry pair in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)pair.Key] = (string?)pair.Value ?? "";
        }
        return new Terminal(System.Console.In, System.Console.Out, System.Console.Error,
            !System.Console.IsOutputRedirected, !System.Console.IsInputRedirected, environment);
    }

    /// <summary>A terminal over given writers, never interactive.</summary>
    public static Terminal Over(TextReader input, TextWriter output, TextWriter error,
        IReadOnlyDictionary<string, string>? environment = null) =>
        new(input, output, error, isInteractive: false, canAsk: false, environment
            ?? new Dictionary<string, string>());

    /// <summary>The variable's value, or null when it is missing or empty.</summary>
    public string? Variable(string name) =>
        Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Writes one JSON document and a line end.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) =>
        Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>
    /// A table on a terminal; on anything else the rows as lines, columns parted by a tab, without a head.
    /// </summary>
    public void WriteTable(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!IsInteractive)
        {
            foreach (var row in rows)
            {
                Out.WriteLine(string.Join('\t', row.Select(Printable)));
            }
            return;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. columns]);
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => Markup.Escape(Printable(cell))).ToArray());
        }
        Console.Write(table);
    }

    /// <summary>
    /// Text from a server or a file name without control characters, which could drive the terminal.
    /// </summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
