using System.Globalization;
using System.Text;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Variants;

/// <summary>
/// Brings a selecting field into one form, so that requests that mean the same share a stored answer. Pure.
/// </summary>
internal static class FieldNormaliser
{
    /// <summary>
    /// Codings that we tell apart; a client that lists others gets what it gets without them.
    /// </summary>
    private static readonly string[] KnownCodings = ["br", "gzip", "zstd"];

    /// <summary>
    /// Members of any list: without white space around them, joined by a comma. Their order stays: it may
    /// mean something.
    /// </summary>
    public static string List(ReadOnlySpan<char> value)
    {
        var joined = new StringBuilder(value.Length);
        while (FieldSyntax.TakeMember(ref value, out var member))
        {
            joined.Append(joined.Length > 0 ? "," : "").Append(member);
        }
        return joined.ToString();
    }

    /// <summary>Accept-Encoding as the sorted codings that are wanted at all, of those we know.</summary>
    public static string Codings(ReadOnlySpan<char> value)
    {
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        while (FieldSyntax.TakeMember(ref value, out var member))
        {
            var (name, quality) = Weighted(member);
            name = name is "x-gzip" ? "gzip" : name;
            if (quality > 0 && KnownCodings.Contains(name))
            {
                wanted.Add(name);
            }
        }
        return string.Join(',', wanted);
    }

    /// <summary>
    /// Accept-Language by falling weight, then by name: the order of equal ones means nothing.
    /// </summary>
    public static string Languages(ReadOnlySpan<char> value)
    {
        var ranges = new List<(string Name, double Quality)>();
        while (FieldSyntax.TakeMember(ref value, out var member))
        {
            ranges.Add(Weighted(member));
        }
        var ordered = ranges.Where(range => range.Quality > 0)
            .OrderByDescending(range => range.Quality)
            .ThenBy(range => range.Name, StringComparer.Ordinal)
            .Select(range => string.Create(CultureInfo.InvariantCulture,
            $"{range.Name};{range.Quality:0.###}"));
        return string.Join(',', ordered);
    }

    /// <summary>
    /// The best picture format that an Accept names: <c>avif</c>, <c>webp</c> or <c>jpeg</c>. <c>*/*</c>
    /// promises neither of the first two.
    /// </summary>
    public static string PictureFormat(ReadOnlySpan<char> value)
    {
        var takesWebp = false;
        while (FieldSyntax.TakeMember(ref value, out var member))
        {
            var (name, quality) = Weighted(member);
            if (name is "image/avif" && quality > 0)
            {
                return "avif";
            }
            takesWebp |= name is "image/webp" && quality > 0;
        }
        return takesWebp ? "webp" : "jpeg";
    }

    /// <summary>
    /// The name in lower case and its <c>q</c>, 1 without one; a malformed weight is 0, as if not named.
    /// </summary>
    private static (string Name, double Quality) Weighted(ReadOnlySpan<char> member)
    {
        var semicolon = member.IndexOf(';');
        var name = (semicolon < 0 ? member : member[..semicolon]).Trim(" \t").ToString().ToLowerInvariant();
        var quality = 1.0;
        while (semicolon >= 0)
        {
            member = member[(semicolon + 1)..];
            semicolon = member.IndexOf(';');
            var parameter = (semicolon < 0 ? member : member[..semicolon]).Trim(" \t");
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                quality = double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out var q)
                    && q is >= 0 and <= 1 ? q : 0;
            }
        }
        return (name, quality);
    }
}
