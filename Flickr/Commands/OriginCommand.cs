using System.CommandLine;
using System.Globalization;
using Flickr.Client;
using Flickr.Up;

namespace Flickr.Commands;

/// <summary><c>flickr origin</c>: what a storage node holds.</summary>
internal static class OriginCommand
{
    private static readonly Option<string?> Address = new("--origin")
    {
        Description = "Address of a storage node [FLICKR_ORIGIN; else http://127.0.0.1:8090]",
            HelpName = "URL", Recursive = true,
    };

    private static readonly Option<string?> KeyFile = new("--key-file")
    {
        Description = "File with the storage key [FLICKR_ORIGIN_KEY; else secrets/storage.key of flickr up]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("origin", "Storage nodes (storage key)") { List(terminal), Stat(terminal),
            Verify(terminal) };
        foreach (var node in OriginNodeCommands.Create(terminal))
        {
            command.Subcommands.Add(node);
        }
        command.Options.Add(Address);
        command.Options.Add(KeyFile);
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var path = new Argument<string>("path") { Description = "Directory, e.g. /alice/nature/original/" };
        return new Command("ls",
            "Names in a directory") { path }.Does("flickr origin ls /alice/nature/original/",
            async (parsed, cancellationToken) =>
            {
                using var origin = ClientOf(terminal, parsed);
                OriginListing? whole = null;
                do
                {
                    var page = await origin.ListAsync(Rooted(parsed.GetValue(path)!), whole?.Next,
                        cancellationToken);
                    whole = whole is null ? page : new OriginListing(
                        [.. whole.Directories, .. page.Directories], [.. whole.Files, .. page.Files],
                            page.Next);
                }
                while (whole.Next is not null);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(whole, ClientJson.Default.OriginListing);
                }
                else
                {
                    terminal.WriteTable(["name", "bytes", "digest", "type"],
                    [
                        .. whole.Directories.Select(name => (IReadOnlyList<string>)[name + "/", "", "", ""]),
                        .. whole.Files.Select(file => (IReadOnlyList<string>)
                            [file.Name, file.Length.ToString(CultureInfo.InvariantCulture), file.Digest,
                                file.ContentType ?? ""]),
                    ]);
                }
                return ExitCodes.Done;
            });
    }

    private static Command Stat(Terminal terminal)
    {
        var name = NameArgument();
        return new Command("stat",
            "What a path or a digest is") { name }.Does("flickr origin stat /alice/nature/original/swans.png",
            async (parsed, cancellationToken) =>
            {
                using var origin = ClientOf(terminal, parsed);
                var facts = await origin.StatAsync(PathOf(parsed.GetValue(name)!), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(facts, ClientJson.Default.OriginFacts);
                    return ExitCodes.Done;
                }
                var rows = new (string Name, string? Value)[]
                {
                    ("name", facts.Name), ("bytes", facts.Length?.ToString(CultureInfo.InvariantCulture)),
                        ("type", facts.Type),
                    ("digest", facts.Digest), ("owner", facts.Owner), ("visibility", facts.Visibility),
                        ("tags", facts.Tags),
                    ("generation", facts.Generation), ("cache", facts.CacheControl),
                };
                terminal.WriteTable(["fact", "value"], rows.Where(row => row.Value is not null)
                    .Select(row => (IReadOnlyList<string>)[row.Name, row.Value!]));
                return ExitCodes.Done;
            });
    }

    private static Command Verify(Terminal terminal)
    {
        var name = NameArgument();
        return new Command("verify", "Read every byte and check the hash") { name }.Does(
            "flickr origin verify /alice/nature/original/swans.png", async (parsed, cancellationToken) =>
            {
                using var origin = ClientOf(terminal, parsed);
                var verdict = await origin.VerifyAsync(PathOf(parsed.GetValue(name)!), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(verdict, ClientJson.Default.OriginVerdict);
                }
                else
                {
                    terminal.Out.WriteLine(verdict.IsWhole
                        ? $"whole: {verdict.Bytes} bytes, SHA-256 {verdict.Digest}"
                        : $"NOT whole: SHA-256 {verdict.Digest}, expected {verdict.Expected}");
                }
                return verdict.IsWhole ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static Argument<string> NameArgument() => new("name")
    {
        Description = "A path, or the SHA-256 of a blob",
    };

    /// <summary>64 hex digits name a blob, anything else is a path.</summary>
    private static string PathOf(string name) =>
        name.Length == 64 && name.All(char.IsAsciiHexDigitLower) ? "/b/" + name : Rooted(name);

    private static string Rooted(string path) => path.StartsWith('/') ? path : "/" + path;

    private static OriginClient ClientOf(Terminal terminal, ParseResult parsed)
    {
        var address = parsed.GetValue(Address) ?? terminal.Variable("FLICKR_ORIGIN")
            ?? "http://127.0.0.1:8090";
        var key = parsed.GetValue(KeyFile) is { } file ? File.ReadAllText(file).Trim()
            : terminal.Variable("FLICKR_ORIGIN_KEY");
        var ownFile = Path.Combine(UpOptions.DefaultDataDirectory(), "secrets", "storage.key");
        var uri = Account.AddressOf(address);
        key ??= uri.IsLoopback && File.Exists(ownFile) ? File.ReadAllText(ownFile).Trim() : null;
        return new OriginClient(new Api(uri, key));
    }
}
