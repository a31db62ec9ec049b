using Flickr.Photos.Accounts;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;

namespace Flickr.Photos.Gallery;

/// <summary>Albums and photos over HTTP.</summary>
internal static class GalleryEndpoints
{
    private const int TextMax = 2_000;

    public static void MapGallery(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/albums", AlbumsAsync);
        routes.MapGet("/albums/{album}/photos", PhotosAsync);
        routes.MapGet("/photos/{id}", async (HttpContext context, PhotoPages pages, string id) =>
            await pages.FindAsync(Viewer.IdOf(context), id, context.RequestAborted) is { } photo ? Results.Ok(photo) : Problem.NotFound());
        routes.MapPost("/photos/{id}/original", async (HttpContext context, OriginalAddresses originals, string id) =>
            await originals.FindAsync(Viewer.IdOf(context), id, context.RequestAborted) is { } original
                ? Results.Ok(original)
                : Problem.NotFound());
        routes.MapPatch("/photos/{id}", EditAsync);
        routes.MapDelete("/photos/{id}", DeleteAsync);
    }

    private static async Task<IResult> AlbumsAsync(HttpContext context, PhotoPages pages, string? owner)
    {
        if ((owner ?? Viewer.NameOf(context)) is not { } name)
        {
            return Problem.NotSignedIn();
        }
        var albums = await pages.AlbumsAsync(Viewer.IdOf(context), name, context.RequestAborted);
        return albums is null ? Problem.NotFound() : Results.Ok(new { Owner = name, Albums = albums });
    }

    private static async Task<IResult> PhotosAsync(
        HttpContext context, PhotoPages pages, string album, string? owner, string? after, string? before, long? version, int? limit)
    {
        if ((owner ?? Viewer.NameOf(context)) is not { } name)
        {
            return Problem.NotSignedIn();
        }
        var count = Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax);
        var query = new PageQuery(count, after, before, version);
        var page = await pages.ListAsync(Viewer.IdOf(context), name, album, query, context.RequestAborted);
        return page is null ? Problem.NotFound() : Results.Ok(page);
    }

    private static async Task<IResult> EditAsync(
        HttpContext context, PhotoEdit edit, PhotoChanges changes, PhotoPages pages, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (edit.Visibility is not (null or "public" or "private"))
        {
            return BadVisibility();
        }
        if (edit.Album is not null && CdnNames.TryRead(edit.Album) is null)
        {
            return Problem.BadName("an album");
        }
        if (JudgeTags(edit.Tags) is { } refusal)
        {
            return refusal;
        }
        if (edit.Title?.Length > TextMax || edit.Description?.Length > TextMax)
        {
            return Problem.Result(422, "text-too-long", $"A title or description has at most {TextMax} characters.");
        }
        edit = edit with { Album = CdnNames.TryRead(edit.Album), Tags = edit.Tags?.Select(tag => tag.Trim()).ToList() };
        ChangeAnswer? answer;
        try
        {
            answer = await changes.EditAsync(viewer, id, edit, WaitQuery.Read(context), context.RequestAborted);
        }
        catch (PhotoIsThereException)
        {
            return Problem.Result(409, "album-has-photo", "That album has this photo already.");
        }
        if (answer is null || await pages.FindAsync(viewer, id, context.RequestAborted) is not { } photo)
        {
            return Problem.NotFound();
        }
        return Results.Ok(new { photo.Id, photo.Name, photo.Title, photo.Description, photo.Visibility, photo.State, photo.Album, answer.Receipt });
    }

    public static IResult BadVisibility() => Problem.Result(422, "bad-visibility", "Visibility is 'public' or 'private'.");

    public static IResult? JudgeTags(IReadOnlyList<string>? tags) => tags is null
        || (tags.Count <= PhotoEdit.TagsMax && tags.All(tag => tag?.Trim() is { Length: > 0 and <= PhotoEdit.TagLengthMax }))
            ? null
            : Problem.Result(422, "bad-tags", $"A photo has at most {PhotoEdit.TagsMax} tags of 1 to {PhotoEdit.TagLengthMax} characters.");

    private static async Task<IResult> DeleteAsync(HttpContext context, PhotoChanges changes, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var answer = await changes.DeleteAsync(viewer, id, WaitQuery.Read(context), context.RequestAborted);
        return answer is null ? Problem.NotFound() : Results.Ok(new { answer.Receipt });
    }
}
