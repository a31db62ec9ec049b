using System.CommandLine;
using System.Text.Json;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr edge</c>: what an edge did and why, from its admin listener.</summary>
internal static class EdgeCommand
{
    private static readonly Option<string?> Admin = new("--admin")
    {
        Description = "Admin listener of the edge [FLICKR_EDGE_ADMIN; else http://127.0.0.1:9081]",
            HelpName = "URL", Recursive = true,
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "Rows, 1 to 1000 [20]",
        DefaultValueFactory = _ => 20,
        HelpName = "N",
    };

    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("edge", "What an edge did and why (its admin listener)")
        {
            Why(terminal), Top(terminal), Log(terminal), WhatIf(terminal), Sites(terminal), Reload(terminal),
        };
        command.Options.Add(Admin);
        return command;
    }

    private static Command Why(Terminal terminal)
    {
        var url = new Argument<string>("address") { Description = "Address as a client would ask for it" };
        return new Command("why", "What the edge would do with a request, and what it holds") { url }.Does(
            "flickr edge why 'http://127.0.0.1:8081/alice/nature/hd/swans_hd.jpg?v=0123456789ab'",
                (parsed, cancellationToken) =>
                AskAsync(terminal, parsed, HttpMethod.Get,
                    "/why?url=" + Uri.EscapeDataString(parsed.GetValue(url)!), cancellationToken));
    }

    private static Command Top(Terminal terminal)
    {
        var by = new Option<string>("--by")
        {
            Description = "Field to count by [target]",
            DefaultValueFactory = _ => "target",
            HelpName = "FIELD",
        };
        return new Command("top", "Most frequent values among the last requests") { by, Limit }.Does(
            "flickr edge top --by outcome",
            (parsed, cancellationToken) => AskAsync(terminal, parsed, HttpMethod.Get,
                $"/top?by={Uri.EscapeDataString(parsed.GetValue(by)!)}&limit={parsed.GetValue(Limit)}",
                    cancellationToken));
    }

    private static Command Log(Terminal terminal)
    {
        var where = new Option<string[]>("--where")
        {
            Description = "Condition such as status>=500 or outcome=miss; repeat for several",
                HelpName = "CONDITION",
        };
        return new Command("log", "The last requests, newest first") { where, Limit }.Does(
            "flickr edge log --where 'outcome=miss'",
            (parsed, cancellationToken) =>
                AskAsync(terminal, parsed, HttpMethod.Get, $"/log?limit={parsed.GetValue(Limit)}" +
                string.Concat((parsed.GetValue(where) ?? [])
                    .Select(condition => "&where=" + Uri.EscapeDataString(condition))),
                cancellationToken));
    }

    private static Command WhatIf(Terminal terminal) =>
        new Command("whatif", "Hit ratio the RAM tier would have with other sizes and another policy").Does(
        "flickr edge whatif", (parsed, cancellationToken) =>
            AskAsync(terminal, parsed, HttpMethod.Get, "/whatif", cancellationToken, EdgeWhatIf.Write));

    private static Command Sites(Terminal terminal) => new Command("sites", "The sites that the edge serves")
        .Does(
        "flickr edge sites", (parsed, cancellationToken) =>
            AskAsync(terminal, parsed, HttpMethod.Get, "/sites", cancellationToken));

    private static Command Reload(Terminal terminal) =>
        new Command("reload", "Read the sites' settings again").Does(
        "flickr edge reload", (parsed, cancellationToken) =>
            AskAsync(terminal, parsed, HttpMethod.Post, "/reload", cancellationToken));

    private static async Task<int> AskAsync(Terminal terminal, ParseResult parsed, HttpMethod method,
        string path, CancellationToken cancellationToken, Action<Terminal, JsonElement>? write = null)
    {
        var address = parsed.GetValue(Admin) ?? terminal.Variable("FLICKR_EDGE_ADMIN")
            ?? "http://127.0.0.1:9081";
        using var api = new Api(Account.AddressOf(address), key: null);
        var document =
            await api.SendAsync(new HttpRequestMessage(method, api.At(path)), ClientJson.Default.JsonElement,
            Api.ShortCall, cancellationToken);
        if (write is not null && !parsed.GetValue(Switches.Json))
        {
            write(terminal, document);
            return ExitCodes.Done;
        }
        PlainJson.Write(terminal, parsed.GetValue(Switches.Json), document);
        return ExitCodes.Done;
    }
}
