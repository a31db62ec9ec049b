using System.Text.Json;
using System.Text.Json.Serialization;
using Flickr.Load.Peers;
using Spectre.Console;

namespace Flickr.Load.Drill;

/// <summary>Prints the drill: two tables, or one line of JSON.</summary>
internal static class DrillReport
{
    /// <summary>Columns of a table that goes into a file; a terminal's own width wins when it is more.</summary>
    public const int TableWidth = 260;

    // A time that nobody could measure (no body came) is NaN.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly string[] SecondTable = [.. StaleDrill.Cases, PurgeDrill.Case];

    /// <summary>Whether ours kept every promise.</summary>
    public static bool Print(IReadOnlyList<Peer> peers, List<DrillCell> cells, bool asJson)
    {
        var ours = cells.Where(cell => cell.Server == peers[0].Name).ToList();
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                at = TimeProvider.System.GetUtcNow(),
                versions = peers.ToDictionary(peer => peer.Name, peer => peer.Version),
                cells = cells.Select(cell => new { cell.Case, cell.Server, cell.IsKept, promise = Promises.Texts[cell.Case], cell.Facts }),
            }, Json));
        }
        else
        {
            Table("1 leader, 60 waiters after 150 ms: origin fetches / waiters' first byte s / done s / whole bodies",
                StampedeDrill.Cases, peers, cells);
            Table("expiry, range, targeted field, purge in flight (old answers after the acknowledgement)", SecondTable, peers, cells);
        }
        return ours.All(cell => cell.IsKept);
    }

    private static void Table(string title, string[] cases, IReadOnlyList<Peer> peers, List<DrillCell> cells)
    {
        var table = new Table().Title(title).Border(TableBorder.Markdown).AddColumn("case");
        foreach (var peer in peers)
        {
            table.AddColumn(Markup.Escape($"{peer.Name} {peer.Version}"));
        }
        table.AddColumn("promise").AddColumn($"{peers[0].Name} keeps it");
        foreach (var kind in cases)
        {
            var row = cells.Where(cell => cell.Case == kind).ToList();
            table.AddRow([.. new[] { kind }.Concat(row.Select(cell => cell.Text))
                .Append(Promises.Texts[kind]).Append(row[0].IsKept ? "yes" : "NO").Select(Markup.Escape)]);
        }
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
        AnsiConsole.Write(table);
    }
}
