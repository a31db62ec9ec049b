using Flickr.Photos.Albums;
using Flickr.Photos.Gallery;
using Flickr.Photos.Minting;
using Flickr.Photos.Rights;
using Flickr.Sql;

namespace Flickr.Photos.Search;

/// <summary>
/// Finds photos by their words, newest first. Rights are part of the statement that counts and of the one that lists, as they
/// are at that moment; what comes is judged again by the rule. Thread-safe.
/// </summary>
public sealed class PhotoSearch(Database database, PhotoItems items)
{
    /// <summary>Counting ends here, so that a very common word costs no more.</summary>
    public const int TotalMax = 1_000;

    // Greater than every id in any collation of PostgreSQL: there '~' sorts before letters.
    private const string AfterAll = "zz";

    /// <summary>A page of the photos that hold all of <paramref name="query"/> and that the viewer may see.</summary>
    /// <param name="viewerId">Who asks; null for somebody not signed in.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<SearchPage> FindAsync(string? viewerId, SearchQuery query, CancellationToken cancellationToken)
    {
        var (photos, total) = await database.ReadAsync(session => ReadAsync(session, viewerId, query), cancellationToken);
        var hasMore = photos.Count > query.Limit;
        var tokens = new Dictionary<string, PageToken>();
        var answered = new List<PhotoItem>(photos.Count);
        foreach (var photo in photos.Take(query.Limit))
        {
            answered.Add(await items.ItemAsync(
                photo, viewerId, await TokenAsync(tokens, photo, viewerId, cancellationToken), cancellationToken));
        }
        return new SearchPage(answered, hasMore ? answered[^1].Id : null, total);
    }

    // What is found of the viewer's own lies in several albums: one token for each directory, made once a page.
    private async Task<PageToken?> TokenAsync(
        Dictionary<string, PageToken> tokens, SeenPhoto photo, string? viewerId, CancellationToken cancellationToken)
    {
        if (photo.OwnerId != viewerId)
        {
            return null;
        }
        if (!tokens.TryGetValue(photo.AlbumName, out var token))
        {
            token = (await items.TokenAsync(
                viewerId, photo.OwnerId, photo.OwnerName, photo.OwnerEpoch, photo.AlbumName, cancellationToken))!;
            tokens.Add(photo.AlbumName, token);
        }
        return token;
    }

    private static async Task<(List<SeenPhoto> Photos, long Total)> ReadAsync(SqlSession session, string? viewerId, SearchQuery query)
    {
        if (await ClausesAsync(session, query) is not { } clauses)
        {
            return ([], 0);
        }
        var args = new
        {
            match = SearchWords.Asked(session.Engine, clauses),
            from = query.From is { } from ? SearchQuery.NumberOf(from) : 0L,
            to = query.To is { } to ? SearchQuery.NumberOf(to) : long.MaxValue,
            viewerId = viewerId ?? "",
            after = query.After ?? AfterAll,
            count = query.Limit + 1L,
        };
        var hits = Hits(session.Engine, clauses.Count > 0);
        var ids = await session.QueryAsync<string>(
            $"{hits} SELECT p.id {Seen} AND p.id < @after ORDER BY p.id DESC LIMIT @count", args);
        var total = await session.ScalarAsync<long>(
            $"{hits} SELECT COUNT(*) FROM (SELECT p.id {Seen} LIMIT {TotalMax}) seen", args);
        var rows = ids.Count == 0 ? [] : await session.QueryAsync<SeenPhoto>(
            $"""
            {SeenPhoto.Select} WHERE p.id {(session.Engine == SqlEngine.PostgreSql ? "= ANY(@photoIds)" : "IN @photoIds")}
            ORDER BY p.id DESC
            """, new { photoIds = ids.ToArray(), viewerId = viewerId ?? "" });
        return ([.. rows.Where(row => PhotoRights.Judge(row.Facts, viewerId) != PhotoRight.None)], total);
    }

    // The words first, whatever the planner thinks: led by the order wanted, it walks every photo for a word that is rare.
    private static string Hits(SqlEngine engine, bool hasWords)
    {
        const string days = "s.day BETWEEN @from AND @to";
        var found = (engine, hasWords) switch
        {
            (_, false) => $"SELECT s.photo_id FROM photo_search s WHERE {days}",
            (SqlEngine.Sqlite, _) =>
                $"SELECT s.photo_id FROM photo_words CROSS JOIN photo_search s ON s.doc = photo_words.rowid WHERE photo_words MATCH @match AND {days}",
            _ => $"SELECT s.photo_id FROM photo_search s WHERE s.words @@ CAST(@match AS tsquery) AND {days}",
        };
        return $"WITH hit AS MATERIALIZED ({found})";
    }

    private const string Seen =
        $"""
        FROM hit CROSS JOIN photo p JOIN account a ON a.id = p.owner_id
        WHERE p.id = hit.photo_id AND p.state = 'published' AND (p.owner_id = @viewerId OR {ShareRule.IsVisibleToOthers})
        """;

    /// <summary>Null when nothing can be found: no such owner or album, or a text without a letter or digit.</summary>
    private static async Task<List<SearchClause>?> ClausesAsync(SqlSession session, SearchQuery query)
    {
        var clauses = SearchText.Clauses(query.Text);
        if (clauses.Count == 0 && !string.IsNullOrWhiteSpace(query.Text))
        {
            return null;
        }
        if (query.Owner is not { } owner)
        {
            return query.Album is null ? clauses : null;
        }
        var term = query.Album is { } album
            ? await AlbumStore.FindAsync(session, owner, album) is { } found ? SearchWords.OfAlbum(found.Id) : null
            : await session.ScalarAsync<string>("SELECT id FROM account WHERE name = @owner", new { owner }) is { } id
                ? SearchWords.OfOwner(id) : null;
        return term is null ? null : [.. clauses, new SearchClause([term], IsPrefix: false)];
    }
}
