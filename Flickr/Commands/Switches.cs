using System.CommandLine;
using System.Runtime.CompilerServices;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary>Options that every command knows, and the example that each command's help ends with.</summary>
internal static class Switches
{
    private static readonly ConditionalWeakTable<Command, string> Examples = [];

    /// <summary>One JSON document on standard output instead of text.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document instead of text",
        Recursive = true,
    };

    /// <summary>Address of the photo service.</summary>
    public static readonly Option<string?> Server = new("--server")
    {
        Description =
            "Address of Photos [FLICKR_SERVER; else the one of flickr login; else http://127.0.0.1:8080]",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>Gives the command the example of its help and what it does.</summary>
    public static Command Does(this Command command, string example,
        Func<ParseResult, CancellationToken, Task<int>> action)
    {
        Examples.Add(command, example);
        command.SetAction(action);
        return command;
    }

    /// <summary>The example of a command's help, or null for a command that only groups others.</summary>
    public static string? ExampleOf(Command command) => Examples.TryGetValue(command, out var example)
        ? example : null;

    /// <summary>
    /// The account that a command speaks for: options, then environment, then <c>flickr login</c>.
    /// </summary>
    public static Account AccountOf(ParseResult parsed, Terminal terminal) =>
        Account.Resolve(terminal, parsed.GetValue(Server));
}
