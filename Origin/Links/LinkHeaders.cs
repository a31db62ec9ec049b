using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;

namespace Flickr.Origin.Links;

/// <summary>The headers that a link carries: read from a PUT, written to a GET.</summary>
internal static partial class LinkHeaders
{
    private const int TagsLengthMax = 2_048;
    private const string PublicCacheControl = "public, max-age=31536000, immutable";

    /// <summary>Reads the headers of a PUT; on failure <paramref name="problem"/> says which one and why.</summary>
    public static bool TryRead(HttpRequest request, string path, out Link link, out string problem)
    {
        link = null!;
        var headers = request.Headers;
        string? Value(string name) => headers.TryGetValue(name, out var value) && value.Count == 1 ? value.ToString().Trim() : null;
        var owner = Value("Link-Owner");
        var visibility = Value("Link-Visibility");
        var tags = Value("Link-Tags");
        var type = Value("Link-Type") ?? Link.DefaultType;
        var cacheControl = Value("Link-Cache-Control");
        long? epoch = null;
        problem = owner is not null && !OwnerPattern().IsMatch(owner) ? "Link-Owner is 1 to 64 of [A-Za-z0-9_-]"
            : visibility is not (null or "public" or "private") ? "Link-Visibility is public or private"
            : tags is not null && (tags.Length > TagsLengthMax || !TagsPattern().IsMatch(tags))
                ? "Link-Tags are printable ASCII words separated by single spaces, 2,048 bytes at most"
            : !MediaTypeHeaderValue.TryParse(type, out _) || type.Length > 255 ? "Link-Type is a media type"
            : cacheControl is not null && (cacheControl.Length > 255 || !CacheControlHeaderValue.TryParse(cacheControl, out _))
                ? "Link-Cache-Control is a Cache-Control value"
            : !TryNumber(Value("Link-Owner-Epoch"), out epoch) ? "Link-Owner-Epoch is a whole number"
            : "";
        if (problem.Length > 0)
        {
            return false;
        }
        link = new Link(path, "", 0, type, owner, epoch, visibility == "public", tags, cacheControl);
        return true;
    }

    /// <summary>The generation a caller gives; null when none. False when it is no whole number above 0.</summary>
    public static bool TryReadGeneration(HttpRequest request, out long? generation) =>
        TryNumber(request.Headers.TryGetValue("Link-Generation", out var value) ? value.ToString() : null, out generation)
        && generation is null or > 0;

    public static void Write(HttpResponse response, Link link, long generation)
    {
        var headers = response.Headers;
        response.ContentType = link.Type;
        headers["Flickr-Generation"] = generation.ToString(CultureInfo.InvariantCulture);
        headers["Flickr-Visibility"] = link.IsPublic ? "public" : "private";
        if (link.Owner is not null)
        {
            headers["Flickr-Owner"] = link.Owner;
        }
        if (link.OwnerEpoch is { } epoch)
        {
            headers["Flickr-Owner-Epoch"] = epoch.ToString(CultureInfo.InvariantCulture);
        }
        if (link.Tags is not null)
        {
            headers["Surrogate-Key"] = link.Tags;
        }
        if (link.CacheControl is not null || link.IsPublic)
        {
            headers.CacheControl = link.CacheControl ?? PublicCacheControl;
        }
    }

    private static bool TryNumber(string? text, out long? number)
    {
        number = null;
        if (text is null)
        {
            return true;
        }
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
        {
            return false;
        }
        number = parsed;
        return true;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex OwnerPattern();

    [GeneratedRegex("^[!-~]+( [!-~]+)*$")]
    private static partial Regex TagsPattern();
}
