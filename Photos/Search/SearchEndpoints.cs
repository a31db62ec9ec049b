using System.Globalization;
using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;

namespace Flickr.Photos.Search;

/// <summary>Search over HTTP.</summary>
internal static class SearchEndpoints
{
    public static void AddSearch(this IServiceCollection services)
    {
        services.AddSingleton<PhotoSearch>();
        services.AddHostedService<SearchBackfill>();
    }

    public static void MapSearch(this IEndpointRouteBuilder routes) => routes.MapGet("/search", SearchAsync);

    private static async Task<IResult> SearchAsync(HttpContext context, PhotoSearch search, string? q, string? owner, string? album,
        string? from, string? to, string? after, int? limit)
    {
        if (!TryReadDay(from, out var first) || !TryReadDay(to, out var last))
        {
            return Problem.Result(422, "bad-day", "A day is written yyyy-mm-dd.");
        }
        var query = new SearchQuery(q ?? "", owner ?? (album is null ? null : Viewer.NameOf(context)), album, first, last, after,
            Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax));
        if (query.IsEmpty || query.Text.Length > SearchQuery.TextLengthMax)
        {
            return Problem.Result(422, "bad-search",
                $"Say what to look for: at most {SearchQuery.TextLengthMax} characters, or an owner or a day.");
        }
        return Results.Ok(await search.FindAsync(Viewer.IdOf(context), query, context.RequestAborted));
    }

    private static bool TryReadDay(string? text, out DateOnly? day)
    {
        day = null;
        if (text is null)
        {
            return true;
        }
        var isDay = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read);
        day = read;
        return isDay;
    }
}
