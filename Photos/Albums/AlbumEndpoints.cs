using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;

namespace Flickr.Photos.Albums;

/// <summary>The life of albums over HTTP; what lies in them is in <see cref="GalleryEndpoints"/>.</summary>
internal static class AlbumEndpoints
{
    private const int TextMax = 2_000;
    private const int OrderMax = 5_000;

    public static void MapAlbums(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/albums", AddAsync);
        routes.MapPut("/albums/order", OrderAsync);
        routes.MapPatch("/albums/{album}", EditAsync);
        routes.MapDelete("/albums/{album}", DeleteAsync);
    }

    private static async Task<IResult> AddAsync(HttpContext context, NewAlbum body, AlbumChanges changes, AlbumCards cards)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (CdnNames.TryRead(body.Name) is not { } name)
        {
            return Problem.BadName("an album");
        }
        if (IsTooLong(body.Title, body.Description) is { } refusal)
        {
            return refusal;
        }
        var title = string.IsNullOrWhiteSpace(body.Title) ? name : body.Title.Trim();
        if (!await changes.AddAsync(viewer, name, title, body.Description ?? "", context.RequestAborted))
        {
            return NameTaken();
        }
        return Results.Created((string?)null, await cards.FindOwnAsync(viewer, CdnNames.KeyOf(name), context.RequestAborted));
    }

    private static async Task<IResult> EditAsync(
        HttpContext context, AlbumEdit edit, AlbumChanges changes, AlbumCards cards, string album)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (edit.Name is not null && CdnNames.TryRead(edit.Name) is null)
        {
            return Problem.BadName("an album");
        }
        if (IsTooLong(edit.Title, edit.Description) is { } refusal)
        {
            return refusal;
        }
        edit = edit with { Name = CdnNames.TryRead(edit.Name) };
        var (outcome, answer) = await changes.EditAsync(viewer, album, edit, WaitQuery.Read(context), context.RequestAborted);
        if (outcome != AlbumOutcome.Done)
        {
            return Refusal(outcome);
        }
        var card = await cards.FindOwnAsync(viewer, CdnNames.KeyOf(edit.Name ?? album), context.RequestAborted);
        return card is null
            ? Problem.NotFound()
            : Results.Ok(new { card.Name, card.Title, card.Description, card.Count, card.Position, card.Cover, answer!.Receipt });
    }

    private static async Task<IResult> OrderAsync(HttpContext context, AlbumOrder body, AlbumChanges changes)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (body.Albums is not { Count: <= OrderMax } names || names.Any(name => name is null))
        {
            return Problem.Result(422, "bad-name", $"Send the names of at most {OrderMax} albums.");
        }
        await changes.OrderAsync(viewer, names, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, AlbumChanges changes, string album)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var (outcome, answer, photos) = await changes.DeleteAsync(viewer, album, WaitQuery.Read(context), context.RequestAborted);
        return outcome == AlbumOutcome.Done ? Results.Ok(new { answer!.Receipt, Photos = photos }) : Refusal(outcome);
    }

    private static IResult Refusal(AlbumOutcome outcome) => outcome switch
    {
        AlbumOutcome.NameTaken => NameTaken(),
        AlbumOutcome.Busy => Problem.Result(409, "album-busy", "Uploads into this album still run. Try again when they have ended."),
        _ => Problem.NotFound(),
    };

    private static IResult NameTaken() => Problem.Result(409, "album-name-taken", "You have an album of that name already.");

    private static IResult? IsTooLong(string? title, string? description) =>
        title?.Length > TextMax || description?.Length > TextMax
            ? Problem.Result(422, "text-too-long", $"A title or description has at most {TextMax} characters.")
            : null;

    internal sealed record NewAlbum(string? Name, string? Title, string? Description);

    internal sealed record AlbumOrder(IReadOnlyList<string>? Albums);
}
