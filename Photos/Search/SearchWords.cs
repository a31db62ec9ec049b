using System.Text;
using Flickr.Sql;

namespace Flickr.Photos.Search;

/// <summary>
/// Terms and clauses in the spelling of each engine. Terms hold letters, digits and <c>_</c> only, so nothing in them means
/// something to an engine.
/// </summary>
internal static class SearchWords
{
    /// <summary>The term by which all photos of an owner are found. No text makes it.</summary>
    public static string OfOwner(string ownerId) => "_o" + ownerId.ToLowerInvariant();

    /// <summary>The term by which all photos of an album are found.</summary>
    public static string OfAlbum(string albumId) => "_a" + albumId.ToLowerInvariant();

    /// <summary>What is stored: words in a row for FTS5, a <c>tsvector</c> literal with places for PostgreSQL.</summary>
    public static string Stored(SqlEngine engine, IReadOnlyList<string> terms)
    {
        if (engine == SqlEngine.Sqlite)
        {
            return string.Join(' ', terms);
        }
        var text = new StringBuilder();
        foreach (var (term, place) in terms.Select((term, i) => (term, i + 1)).Where(pair => pair.term != SearchText.Gap))
        {
            text.Append('\'').Append(term).Append("':").Append(place).Append(' ');
        }
        return text.ToString();
    }

    /// <summary>What is asked: an FTS5 expression or a <c>tsquery</c> literal that holds every clause.</summary>
    public static string Asked(SqlEngine engine, IEnumerable<SearchClause> clauses) => engine == SqlEngine.Sqlite
        ? string.Join(" AND ", clauses.Select(clause => $"\"{string.Join(' ', clause.Terms)}\"{(clause.IsPrefix ? " *" : "")}"))
        : string.Join(" & ", clauses.Select(clause =>
            $"({string.Join(" <-> ", clause.Terms.Select(term => $"'{term}'"))}{(clause.IsPrefix ? ":*" : "")})"));
}
