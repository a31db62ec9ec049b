using System.CommandLine;
using System.Globalization;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary>
/// <c>flickr purge</c>: appends an invalidation and, when asked, waits for the edges' receipts.
/// </summary>
internal static class PurgeCommand
{
    private static readonly Option<bool> Soft = new("--soft")
    {
        Description = "Mark stale instead of dead: edges renew behind the answer", Recursive = true,
    };

    private static readonly Option<int?> Wait = new("--wait")
    {
        Description = "Seconds to wait for every live edge's acknowledgement, 1 to 300",
            HelpName = "SECONDS", Recursive = true,
    };

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for the audit log", HelpName = "TEXT", Recursive = true,
    };

    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var purge = new Command("purge", "Make edges forget objects (operator key)")
        {
            Kind(terminal, "url", "address", "One path, /alice/nature/hd/swans_hd.jpg or http://host/path",
                "flickr purge url /alice/nature/hd/swans_hd.jpg --wait 5"),
            Kind(terminal, "tag", "tag", "Objects that carry a tag, photo:… or album:…",
                "flickr purge tag album:01HXYZ --soft"),
            Kind(terminal, "prefix", "prefix", "Everything below a path that ends in /",
                "flickr purge prefix /alice/nature/"),
            Owner(terminal),
            Kind(terminal, "host", "host", "Everything of a host", "flickr purge host photos.example.org"),
            All(terminal),
        };
        Wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 300)
            {
                result.AddError("--wait takes 1 to 300 seconds");
            }
        });
        purge.Options.Add(Soft);
        purge.Options.Add(Wait);
        purge.Options.Add(Reason);
        return purge;
    }

    private static Command Kind(Terminal terminal, string kind, string argument, string description,
        string example)
    {
        var value = new Argument<string>(argument) { Description = description };
        return new Command(kind, description) { value }.Does(example, (parsed, cancellationToken) =>
            RunAsync(terminal, parsed, kind, parsed.GetValue(value)!, epoch: null, cancellationToken));
    }

    private static Command Owner(Terminal terminal)
    {
        var owner = new Argument<string>("owner") { Description = "Owner id" };
        var epoch = new Option<long?>("--epoch")
        {
            Description = "The owner's new epoch: all older tokens and objects are refused",
            HelpName = "N",
        };
        return new Command("owner", "Everything of an owner older than an epoch") { owner, epoch }.Does(
            "flickr purge owner 01HXYZ --epoch 7", (parsed, cancellationToken) =>
                RunAsync(terminal, parsed, "owner", parsed.GetValue(owner)!, parsed.GetValue(epoch),
                    cancellationToken));
    }

    private static Command All(Terminal terminal) => new Command("all", "Every object on every edge").Does(
        "flickr purge all --reason 'new origin'", (parsed, cancellationToken) =>
            RunAsync(terminal, parsed, "all", "", epoch: null, cancellationToken));

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, string kind, string value,
        long? epoch,
        CancellationToken cancellationToken)
    {
        using var controlPlane =
            await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
        var order =
            new InvalidationOrder(kind, value, parsed.GetValue(Soft), kind == "owner" ? value : null, epoch,
            parsed.GetValue(Reason));
        TimeSpan? wait = parsed.GetValue(Wait) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var receipt = await controlPlane.InvalidateAsync(order, wait, cancellationToken);
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(receipt, ClientJson.Default.Receipt);
        }
        else
        {
            Write(terminal, receipt);
        }
        return wait is not null && receipt.State != "confirmed" ? ExitCodes.Failed : ExitCodes.Done;
    }

    /// <summary>A receipt in words.</summary>
    internal static void Write(Terminal terminal, Receipt receipt)
    {
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"receipt {receipt.Id}, sequence {receipt.Sequence}, {receipt.State ?? "pending"}"));
        if (receipt.Edges is { Count: > 0 } edges)
        {
            terminal.WriteTable(["edge", "acknowledged", "harmless at"],
                edges.Select(edge => (IReadOnlyList<string>)
                [edge.Id, Instant(edge.AcknowledgedMs), Instant(edge.HarmlessAtMs)]));
        }
    }

    /// <summary>An instant on the wire (Unix milliseconds) as text; a dash for none.</summary>
    internal static string Instant(long? unixMilliseconds) => unixMilliseconds is { } value
        ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            .ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
        : "-";
}
