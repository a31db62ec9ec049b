using Flickr.Photos.Accounts;
using Flickr.Photos.Minting;
using Flickr.Photos.Problems;
using Flickr.Photos.Rights;
using Flickr.Sql;

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
        routes.MapPost("/photos/{id}/original", OriginalAsync);
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
        HttpContext context, PhotoPages pages, string album, string? owner, string? after, int? limit)
    {
        if ((owner ?? Viewer.NameOf(context)) is not { } name)
        {
            return Problem.NotSignedIn();
        }
        var count = Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax);
        var page = await pages.ListAsync(Viewer.IdOf(context), name, album, after, count, context.RequestAborted);
        return page is null ? Problem.NotFound() : Results.Ok(page);
    }

    private static async Task<IResult> OriginalAsync(HttpContext context, Database database, EdgeAddresses addresses, string id)
    {
        var viewer = Viewer.IdOf(context);
        var (photo, isShared) = await database.ReadAsync(async session => (
            await PhotoStore.FindAsync(session, id), await PhotoStore.IsSharedAsync(session, id, viewer)), context.RequestAborted);
        if (photo is not { State: "published" } || PhotoRights.Judge(photo.Facts(isShared), viewer) == PhotoRight.None)
        {
            return Problem.NotFound();
        }
        var url = await addresses.OfOriginalAsync(photo.OwnerId, photo.OwnerEpoch, viewer, photo.Id, photo.PathOf("original"),
            photo.Digest, context.RequestAborted);
        return Results.Ok(new { Url = url, photo.Digest, Length = photo.LengthBytes, photo.Name });
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
            return Problem.Result(422, "bad-visibility", "Visibility is 'public' or 'private'.");
        }
        if (edit.Title?.Length > TextMax || edit.Description?.Length > TextMax)
        {
            return Problem.Result(422, "text-too-long", $"A title or description has at most {TextMax} characters.");
        }
        var answer = await changes.EditAsync(viewer, id, edit, WaitQuery.Read(context), context.RequestAborted);
        if (answer is null || await pages.FindAsync(viewer, id, context.RequestAborted) is not { } photo)
        {
            return Problem.NotFound();
        }
        return Results.Ok(new { photo.Id, photo.Name, photo.Title, photo.Description, photo.Visibility, photo.State, answer.Receipt });
    }

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
