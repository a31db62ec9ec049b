using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;
using Flickr.Photos.Rights;
using Flickr.Sql;

namespace Flickr.Photos.Pages;

/// <summary>
/// The shape of a long album: how many photos of which proportions each month has, so that a page of 100,000 photos has its
/// full height and every month its place before any of them was read. One statement, whatever the album's size.
/// </summary>
public sealed class AlbumMonths(Database database, PhotoPages pages)
{
    /// <summary>Most photos of a part: a month of more stands in several.</summary>
    public const int PartMax = 200;

    /// <summary>Answers <c>GET /api/v1/albums/{album}/months</c>; below the group of the API, which judges keys and scopes.</summary>
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/albums/{album}/months",
        async (HttpContext context, AlbumMonths months, string album, string? owner) =>
        {
            if ((owner ?? Viewer.NameOf(context)) is not { } name)
            {
                return Problem.NotSignedIn();
            }
            var shape = await months.FindAsync(Viewer.IdOf(context), name, album, context.RequestAborted);
            return shape is null ? Problem.NotFound() : Results.Ok(shape);
        });

    /// <summary>The parts of an album that the viewer may see, newest first; null when there is no such album for the viewer.</summary>
    public async Task<AlbumShape?> FindAsync(string? viewerId, string ownerName, string albumName, CancellationToken cancellationToken)
    {
        if (await pages.ListAsync(viewerId, ownerName, albumName, new PageQuery(1), cancellationToken) is not { } page)
        {
            return null;
        }
        var parts = await database.ReadAsync(session => session.QueryAsync<AlbumPart>(
            $"""
            SELECT month AS Month, COUNT(*) AS Count, MAX(id) AS First, MIN(id) AS Last, SUM(ratio) AS Ratio FROM (
                SELECT p.id AS id, {Month(session.Engine)} AS month,
                    (ROW_NUMBER() OVER (PARTITION BY {Month(session.Engine)} ORDER BY p.id DESC) - 1) / {PartMax} AS part,
                    COALESCE(CAST(p.width AS DOUBLE PRECISION) / NULLIF(p.height, 0), 1.5) AS ratio
                FROM photo p JOIN album b ON b.id = p.album_id JOIN account a ON a.id = p.owner_id
                WHERE a.name = @ownerName AND b.name = @albumName AND p.state = 'published' AND p.published_version <= @version
                    AND (p.owner_id = @viewerId OR (p.hidden_ms IS NULL
                        AND ((a.visibility = 'public' AND p.visibility = 'public') OR {ShareRule.IsSharedWithViewer})))) photos
            GROUP BY month, part ORDER BY MAX(id) DESC
            """,
            new { ownerName, albumName = page.Album, viewerId = viewerId ?? "", version = page.PageVersion }), cancellationToken);
        return new AlbumShape(page.PageVersion, parts.Sum(part => part.Count), parts);
    }

    // In UTC: two people who look at one album see the same months.
    private static string Month(SqlEngine engine) => engine == SqlEngine.PostgreSql
        ? "to_char(to_timestamp(p.created_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM')"
        : "strftime('%Y-%m', p.created_ms / 1000, 'unixepoch')";
}

/// <summary>An album's parts at a version of it.</summary>
public sealed record AlbumShape(long Version, long Total, IReadOnlyList<AlbumPart> Parts);

/// <summary>Photos of one month: their number, the ids of the newest and the oldest, and the sum of width / height.</summary>
public sealed record AlbumPart(string Month, long Count, string First, string Last, double Ratio);
