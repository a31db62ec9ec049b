using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;

namespace Flickr.Photos.Favourites;

/// <summary>Favourites over HTTP.</summary>
internal static class FavouriteEndpoints
{
    public static void MapFavourites(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/favourites", ListAsync);
        routes.MapPut("/photos/{id}/favourite", AddAsync);
        routes.MapDelete("/photos/{id}/favourite", RemoveAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, FavouriteStore favourites, string? after, int? limit)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var count = Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax);
        var (items, next) = await favourites.ListAsync(viewer, after, count, context.RequestAborted);
        return Results.Ok(new { Items = items, Next = next });
    }

    private static async Task<IResult> AddAsync(HttpContext context, FavouriteStore favourites, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await favourites.AddAsync(viewer, id, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, FavouriteStore favourites, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        await favourites.RemoveAsync(viewer, id, context.RequestAborted);
        return Results.NoContent();
    }
}
