using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Links;
using Flickr.Photos.Problems;

namespace Flickr.Photos.Sharing;

/// <summary>Shares over HTTP.</summary>
internal static class ShareEndpoints
{
    public static void MapShares(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/shared", SharedAsync);
        routes.MapGet("/shares", GivenAsync);
        routes.MapGet("/albums/{album}/shares", ListAlbumAsync);
        routes.MapPut("/albums/{album}/shares/{user}", AddAlbumAsync);
        routes.MapDelete("/albums/{album}/shares/{user}", RemoveAlbumAsync);
        routes.MapGet("/photos/{id}/shares", ListAsync);
        routes.MapPut("/photos/{id}/shares/{user}", AddAsync);
        routes.MapDelete("/photos/{id}/shares/{user}", RemoveAsync);
    }

    private static async Task<IResult> SharedAsync(HttpContext context, ShareStore shares, string? after, int? limit)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var count = Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax);
        var items = await shares.SharedWithAsync(viewer, after, count, context.RequestAborted);
        return Results.Ok(new { Items = items, Next = items.Count == count ? items[^1].Id : null });
    }

    private static async Task<IResult> ListAsync(HttpContext context, ShareStore shares, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var users = await shares.ListAsync(viewer, id, context.RequestAborted);
        return users is null ? Problem.NotFound() : Results.Ok(new { Users = users });
    }

    private static async Task<IResult> AddAsync(HttpContext context, ShareStore shares, string id, string user)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await shares.AddAsync(viewer, id, user, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, ShareStore shares, string id, string user)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var answer = await shares.RemoveAsync(viewer, id, user, WaitQuery.Read(context), context.RequestAborted);
        return answer is null ? Problem.NotFound() : Results.Ok(answer);
    }

    private static async Task<IResult> GivenAsync(HttpContext context, AlbumShares albumShares, LinkStore links)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var (photos, albums) = await albumShares.GivenAsync(viewer, context.RequestAborted);
        return Results.Ok(new
        {
            Photos = photos.GroupBy(row => row.Id).Select(rows =>
                new { Id = rows.Key, rows.First().Name, rows.First().Album, Users = rows.Select(row => row.UserName) }),
            Albums = albums.GroupBy(row => row.Album).Select(rows => new { Album = rows.Key, Users = rows.Select(row => row.UserName) }),
            Links = (await links.ListAsync(viewer, context.RequestAborted)).Select(link => link.Body()),
        });
    }

    private static async Task<IResult> ListAlbumAsync(HttpContext context, AlbumShares shares, string album)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var users = await shares.ListAsync(viewer, album, context.RequestAborted);
        return users is null ? Problem.NotFound() : Results.Ok(new { Users = users });
    }

    private static async Task<IResult> AddAlbumAsync(HttpContext context, AlbumShares shares, string album, string user)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await shares.AddAsync(viewer, album, user, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> RemoveAlbumAsync(HttpContext context, AlbumShares shares, string album, string user)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var answer = await shares.RemoveAsync(viewer, album, user, WaitQuery.Read(context), context.RequestAborted);
        return answer is null ? Problem.NotFound() : Results.Ok(answer);
    }
}
