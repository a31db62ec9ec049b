using System.Globalization;
using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Search;

namespace Flickr.Photos.Pages;

/// <summary>The page of search: a form, and what was found.</summary>
internal static class SearchPages
{
    private const int FirstPage = 60;

    public static void MapSearchPage(this IEndpointRouteBuilder routes) => routes.MapGet("/search", ShowAsync);

    private static async Task<IResult> ShowAsync(HttpContext context, PhotoSearch search, string? after)
    {
        var asked = SearchAsked.Of(context.Request.Query);
        var words = PageWords.For(context);
        IResult Show(IReadOnlyList<PhotoItem> items, long? total, string? next, string? problem) => PageEndpoints.Page<SearchPage>(
            context, new() { ["Asked"] = asked, ["Items"] = items, ["Total"] = total, ["Next"] = next, ["Problem"] = problem });
        if (!TryReadDay(asked.From, out var first) || !TryReadDay(asked.To, out var last))
        {
            return Show([], null, null, words["badDay"]);
        }
        var query = new SearchQuery(asked.Text, asked.Owner.Length > 0 ? asked.Owner : null, null, first, last, after, FirstPage);
        if (query.IsEmpty || query.Text.Length > SearchQuery.TextLengthMax)
        {
            return Show([], null, null, null);
        }
        var found = await search.FindAsync(Viewer.IdOf(context), query, context.RequestAborted);
        return Show(found.Items, found.Total, found.Next, null);
    }

    private static bool TryReadDay(string text, out DateOnly? day)
    {
        day = null;
        if (text.Length == 0)
        {
            return true;
        }
        var isDay = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read);
        day = read;
        return isDay;
    }
}
