using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr download</c>: the originals of an album, hashes checked.</summary>
internal static class DownloadCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal)
    {
        var album = new Argument<string>("album") { Description = "Album to fetch" };
        var owner = ListCommand.Owner();
        var to = new Option<string?>("--to")
        {
            Description = "Folder for the files; made when missing [./ALBUM]",
            HelpName = "DIR",
        };
        var command = new Command("download",
            "Fetch the originals of an album, continue partial files, check every hash")
        {
            album, owner, to,
        };
        return command.Does("flickr download nature --to ~/Pictures/nature",
            async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(album)!;
            var directory = parsed.GetValue(to) ?? LocalName.PathInside(Environment.CurrentDirectory, name)
                ?? throw new WrongUseException("the album's name is no folder name; give --to");
            directory = Path.GetFullPath(directory);
            var account = Switches.AccountOf(parsed, terminal);
            using var photos = PhotosClient.Of(account, account.Key);
            using var edge = new HttpClient(new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(10),
                AllowAutoRedirect = false,
            })
            {
                Timeout = Timeout.InfiniteTimeSpan,
            };
            Directory.CreateDirectory(directory);
            var json = parsed.GetValue(Switches.Json);
            var outcomes = await TransferViews.RunAsync(terminal, json, "receiving", null, null,
                view => FetchAllAsync(photos, new Downloader(photos, edge, view, TimeProvider.System), name,
                    parsed.GetValue(owner), directory, cancellationToken));
            return Report(terminal, json, name, directory, outcomes);
        });
    }

    /// <summary>One original at a time: the edge allows a viewer no more.</summary>
    private static async Task<IReadOnlyList<DownloadOutcome>> FetchAllAsync(PhotosClient photos,
        Downloader downloader,
        string album, string? owner, string directory, CancellationToken cancellationToken)
    {
        var outcomes = new List<DownloadOutcome>();
        await foreach (var page in ListCommand.PagesAsync(photos, album, owner, cancellationToken))
        {
            foreach (var photo in page.Items.Where(photo => photo.State is null or "published"))
            {
                outcomes.Add(await downloader.FetchAsync(photo, directory, cancellationToken));
            }
        }
        return outcomes;
    }

    private static int Report(Terminal terminal, bool json, string album, string directory,
        IReadOnlyList<DownloadOutcome> outcomes)
    {
        int Count(string state) => outcomes.Count(outcome => outcome.State == state);
        var report = new DownloadReport(album, directory, Count("downloaded"), Count("present"),
            Count("failed"), outcomes);
        if (json)
        {
            terminal.WriteJson(report, ClientJson.Default.DownloadReport);
        }
        else
        {
            terminal.Out.WriteLine(
                $"{report.Downloaded} downloaded, {report.Present} present, {report.Failed} failed in {directory}");
        }
        return report.Failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }
}
