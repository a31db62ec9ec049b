using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary>
/// The part of <c>flickr origin</c> that speaks to a storage node's admin listener: its state, upkeep and
/// backups.
/// </summary>
internal static class OriginNodeCommands
{
    private static readonly TimeSpan LongCall = TimeSpan.FromHours(24);

    private static readonly Option<string?> Admin = new("--admin")
    {
        Description = "Admin listener of the node [FLICKR_ORIGIN_ADMIN; else http://127.0.0.1:9090]",
            HelpName = "URL",
    };

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(Terminal terminal) =>
    [
        Plain(terminal, "node", "The node's state: volumes, copies, hints, peers", "flickr origin node",
            HttpMethod.Get, "/origin/stat"),
        Plain(terminal, "scrub", "Read every byte of the node and repair what is rotten",
            "flickr origin scrub", HttpMethod.Post, "/origin/scrub"),
        Plain(terminal, "repair", "Hand over hints and compare with the other nodes now",
            "flickr origin repair", HttpMethod.Post, "/origin/repair"),
        Plain(terminal, "cluster", "The map: who is a home, who answers, how far the node is in giving away",
            "flickr origin cluster", HttpMethod.Get, "/origin/cluster"),
        Plain(terminal, "drain", "Give away now what belongs to other nodes, and drop it here",
            "flickr origin drain", HttpMethod.Post, "/origin/rebalance"),
        Plain(terminal, "compact", "Give back the room of what is dead", "flickr origin compact",
            HttpMethod.Post, "/origin/compact"),
        WithDirectory(terminal, "backup", "Write a backup into a directory of the node's machine",
            "/origin/backup"),
        WithDirectory(terminal, "verify-backup", "Read a backup and check every hash", "/origin/verify"),
        WithDirectory(terminal, "restore", "Put a backup's blobs and links into the node", "/origin/restore"),
    ];

    private static Command Plain(Terminal terminal, string name, string description, string example,
        HttpMethod method, string path) =>
        new Command(name, description) { Admin }.Does(example,
            (parsed, cancellationToken) => AskAsync(terminal, parsed, method, path, cancellationToken));

    private static Command WithDirectory(Terminal terminal, string name, string description, string path)
    {
        var directory = new Argument<string>("directory") { Description = "Full path on the node's machine" };
        return new Command(name, description) { directory,
            Admin }.Does($"flickr origin {name} /var/backups/flickr",
            (parsed, cancellationToken) => AskAsync(terminal, parsed, HttpMethod.Post,
                $"{path}?directory={Uri.EscapeDataString(parsed.GetValue(directory)!)}", cancellationToken));
    }

    private static async Task<int> AskAsync(Terminal terminal, ParseResult parsed, HttpMethod method,
        string path,
        CancellationToken cancellationToken)
    {
        var address = parsed.GetValue(Admin) ?? terminal.Variable("FLICKR_ORIGIN_ADMIN")
            ?? "http://127.0.0.1:9090";
        using var api = new Api(Account.AddressOf(address), key: null);
        var document = await api.SendAsync(new HttpRequestMessage(method, api.At(path)),
            ClientJson.Default.JsonElement, LongCall,
            cancellationToken);
        PlainJson.Write(terminal, parsed.GetValue(Switches.Json), document);
        return ExitCodes.Done;
    }
}
