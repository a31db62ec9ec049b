using System.CommandLine;
using System.Globalization;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr list</c>: albums, or the photos of one.</summary>
internal static class ListCommand
{
    /// <summary>Whose albums: another account's public ones.</summary>
    public static Option<string?> Owner() => new("--owner")
    {
        Description = "Another account's albums",
        HelpName = "NAME",
    };

    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal)
    {
        var album = new Argument<string?>("album")
        {
            Description = "Album to list; without it the albums",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var owner = Owner();
        var command = new Command("list", "List albums, or the photos of an album") { album, owner };
        return command.Does("flickr list nature", async (parsed, cancellationToken) =>
        {
            var account = Switches.AccountOf(parsed, terminal);
            using var photos = PhotosClient.Of(account, account.Key);
            var json = parsed.GetValue(Switches.Json);
            if (parsed.GetValue(album) is { } name)
            {
                await ListPhotosAsync(terminal, photos, name, parsed.GetValue(owner), json,
                    cancellationToken);
            }
            else
            {
                var albums = await photos.AlbumsAsync(parsed.GetValue(owner), cancellationToken);
                if (json)
                {
                    terminal.WriteJson(albums, ClientJson.Default.AlbumList);
                }
                else
                {
                    terminal.WriteTable(["album", "photos", "title"],
                        albums.Albums.Select(item => (IReadOnlyList<string>)
                        [item.Name, item.Count.ToString(CultureInfo.InvariantCulture), item.Title ?? ""]));
                }
            }
            return ExitCodes.Done;
        });
    }

    /// <summary>Every photo of an album, page by page.</summary>
    public static async IAsyncEnumerable<PhotoPage> PagesAsync(PhotosClient photos, string album,
        string? owner,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await photos.PhotosAsync(album, owner, after, cancellationToken);
            yield return page;
            if (page.Next is not null && page.Next == after)
            {
                throw new IOException("the server's pages do not end");
            }
            after = page.Next;
        }
        while (after is not null);
    }

    private static async Task ListPhotosAsync(Terminal terminal, PhotosClient photos, string album,
        string? owner, bool json,
        CancellationToken cancellationToken)
    {
        PhotoPage? whole = null;
        await foreach (var page in PagesAsync(photos, album, owner, cancellationToken))
        {
            whole = whole is null ? page
                : whole with { Items = [.. whole.Items, .. page.Items], Next = null };
            if (!json)
            {
                terminal.WriteTable(["id", "name", "size", "visibility", "title"],
                    page.Items.Select(item => (IReadOnlyList<string>)
                    [item.Id, item.Name, $"{item.Width}x{item.Height}", item.Visibility ?? "", item.Title
                        ?? ""]));
            }
        }
        if (json)
        {
            terminal.WriteJson(whole! with { Next = null }, ClientJson.Default.PhotoPage);
        }
    }
}
