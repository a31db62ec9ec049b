using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr upload</c>: files and folders into an album.</summary>
internal static class UploadCommand
{
    private const int FilesMax = 100_000;

    private static readonly HashSet<string> PhotoEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".heif", ".tif", ".tiff",
    };

    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("files")
        {
            Description = "Photos; of a folder every photo in it and below",
            Arity = ArgumentArity.OneOrMore,
        };
        var album = new Option<string>("--album")
        {
            Description = "Album they go to",
            Required = true,
            HelpName = "NAME",
        };
        var noWait = new Option<bool>("--no-wait")
        {
            Description = "Do not wait until the photos are published",
        };
        var command =
            new Command("upload", "Upload photos, one after another, and follow each until it is published")
        {
            paths, album, noWait,
        };
        return command.Does("flickr upload swans.png holiday/ --album nature",
            async (parsed, cancellationToken) =>
        {
            var files = Gather(parsed.GetValue(paths)!);
            var account = Switches.AccountOf(parsed, terminal);
            using var photos = PhotosClient.Of(account, account.Key);
            var json = parsed.GetValue(Switches.Json);
            var outcomes = await TransferViews.RunAsync(terminal, json, "sending", files.Count,
                files.Sum(file => file.Length),
                view => new Uploader(photos, view, TimeProvider.System, UnfinishedIn(terminal)).RunAsync(
                    files, parsed.GetValue(album)!, !parsed.GetValue(noWait), cancellationToken));
            return Report(terminal, json, parsed.GetValue(album)!, outcomes);
        });
    }

    private static string UnfinishedIn(Terminal terminal) => Path.Combine(
        Path.GetDirectoryName(Credentials.PathUnder(terminal.Variable("XDG_CONFIG_HOME")))!, "uploads");

    /// <summary>Files as given, folders as the photos in them in name order.</summary>
    private static List<FileInfo> Gather(IReadOnlyList<string> paths)
    {
        var files = new List<FileInfo>();
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                files.Add(new FileInfo(path));
            }
            else if (Directory.Exists(path))
            {
                files.AddRange(new DirectoryInfo(path)
                    .EnumerateFiles("*",
                        new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false })
                    .Where(file => PhotoEndings.Contains(file.Extension))
                    .OrderBy(file => file.FullName, StringComparer.Ordinal));
            }
            else
            {
                throw new WrongUseException($"{path} is neither a file nor a folder");
            }
        }
        return files.Count switch
        {
            0 => throw new WrongUseException($"no photos ({string.Join(' ', PhotoEndings)}) found"),
            > FilesMax =>
                throw new WrongUseException($"{files.Count} files are more than {FilesMax} at once"),
            _ => files,
        };
    }

    private static int Report(Terminal terminal, bool json, string album,
        IReadOnlyList<UploadOutcome> outcomes)
    {
        var failed = outcomes.Count(outcome => outcome.State == "failed");
        var report = new UploadReport(album, outcomes.Count(outcome => outcome.State == "published"), failed,
            outcomes);
        if (json)
        {
            terminal.WriteJson(report, ClientJson.Default.UploadReport);
            return failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
        }
        if (terminal.IsInteractive)
        {
            terminal.WriteTable(["file", "bytes", "state", "note"],
                outcomes.Select(outcome => (IReadOnlyList<string>)
            [
                outcome.Name, outcome.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    outcome.State,
                outcome.Problem
                    ?? (outcome.DuplicateOf is null ? "" : "same bytes as photo " + outcome.DuplicateOf),
            ]));
        }
        terminal.Out.WriteLine(
            $"{report.Published} published, {failed} failed, {outcomes.Count - report.Published - failed} under way");
        return failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }
}
