using System.Globalization;
using Flickr.Commands;
using Spectre.Console;

namespace Flickr.Up;

/// <summary>
/// What <c>flickr up</c> prints when everything runs: addresses, where the state and the operator's key lie.
/// </summary>
internal static class UpBanner
{
    /// <summary>Prints a table to a terminal and plain lines to anything else.</summary>
    public static void Write(Terminal terminal, UpOptions options, IReadOnlyList<UpNode> nodes,
        TimeSpan startTook, bool json)
    {
        if (json)
        {
            terminal.WriteJson(new UpReport(options.DataDirectory,
                UpSecrets.OperatorKeyFile(options.DataDirectory),
                Math.Round(startTook.TotalSeconds, 3), [.. nodes.Select(node => new UpNodeReport(
                    node.Name, PublicAddress(options, node), Admin(node)))]),
                        Client.ClientJson.Default.UpReport);
            terminal.Out.Flush();
            return;
        }
        var rows = nodes.Select(node =>
            (node.Name, Public: PublicAddress(options, node), Admin: Admin(node))).Reverse();
        var seconds = startTook.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        if (terminal.IsInteractive)
        {
            var table = new Table().Border(TableBorder.Rounded)
                .AddColumns("node", "address", "metrics and health");
            foreach (var row in rows)
            {
                table.AddRow(Markup.Escape(row.Name), Markup.Escape(row.Public), Markup.Escape(row.Admin));
            }
            terminal.Console.Write(table);
        }
        else
        {
            foreach (var row in rows)
            {
                terminal.Out.WriteLine($"{row.Name,-13} {row.Public,-28} {row.Admin}");
            }
        }
        terminal.Out.WriteLine($"data          {options.DataDirectory}");
        terminal.Out.WriteLine($"operator key  {UpSecrets.OperatorKeyFile(options.DataDirectory)}");
        terminal.Out.WriteLine(
            $"ready in {seconds} s; open {PublicAddress(options, nodes[^1])} (Ctrl+C stops)");
        terminal.Out.Flush();
    }

    private static string PublicAddress(UpOptions options, UpNode node) =>
        string.Create(CultureInfo.InvariantCulture,
        $"http://{(node.Program == UpProgram.Origin ? node.BindHost : options.PublicHost)}:{node.Port}");

    private static string Admin(UpNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.AdminPort}/metrics");
}
