using Flickr.Photos.Accounts;
using Flickr.Photos.Favourites;
using Flickr.Photos.Gallery;
using Flickr.Photos.Sharing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Flickr.Photos.Pages;

/// <summary>Pages of photos that do not lie in one album. Both addresses are reserved names, so no user can stand in the way.</summary>
internal static class CollectionPages
{
    private const int FirstPage = 60;

    public static void MapCollections(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/favourites", FavouritesAsync);
        routes.MapGet("/shared", SharedAsync);
    }

    private static async Task<IResult> FavouritesAsync(HttpContext context, FavouriteStore favourites, string? after)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return PageEndpoints.ToSignIn(context);
        }
        var (items, next) = await favourites.ListAsync(viewer, after, FirstPage, context.RequestAborted);
        return Show(context, "favourites", items, next);
    }

    private static async Task<IResult> SharedAsync(HttpContext context, ShareStore shares, string? after)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return PageEndpoints.ToSignIn(context);
        }
        var items = await shares.SharedWithAsync(viewer, after, FirstPage, context.RequestAborted);
        return Show(context, "shared", items, items.Count == FirstPage ? items[^1].Id : null);
    }

    private static RazorComponentResult<CollectionPage> Show(HttpContext context, string name, IReadOnlyList<PhotoItem> items, string? next) =>
        PageEndpoints.Page<CollectionPage>(context, new() { ["Name"] = name, ["Items"] = items, ["Next"] = next });
}
