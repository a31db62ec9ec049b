using Flickr.Photos.Ids;
using Flickr.Sql;

namespace Flickr.Photos.Uploads;

/// <summary>Reads of uploads.</summary>
internal static class UploadQueries
{
    public static Task<UploadRow?> FindAsync(SqlSession session, string id) => session.QueryFirstOrDefaultAsync<UploadRow>(
        $"SELECT {UploadRow.Columns} FROM {UploadRow.Tables} WHERE u.id = @id", new { id });

    /// <summary>An owner's uploads, newest first.</summary>
    public static Task<IReadOnlyList<UploadRow>> ListAsync(
        SqlSession session, string ownerId, string? state, string? before, int limit) => session.QueryAsync<UploadRow>(
        $"""
        SELECT {UploadRow.Columns} FROM {UploadRow.Tables}
        WHERE u.owner_id = @ownerId AND (@state = '' OR u.state = @state) AND u.id < @before
        ORDER BY u.id DESC LIMIT @limit
        """,
        new { ownerId, state = state ?? "", before = before ?? SortableIds.AfterAll, limit = (long)limit });

    /// <summary>An owner's uploads that changed at or after a moment, oldest change first.</summary>
    public static Task<IReadOnlyList<UploadRow>> ChangedAsync(SqlSession session, string ownerId, long sinceMs, int limit) =>
        session.QueryAsync<UploadRow>(
            $"""
            SELECT {UploadRow.Columns} FROM {UploadRow.Tables}
            WHERE u.owner_id = @ownerId AND u.updated_ms >= @sinceMs ORDER BY u.updated_ms, u.id LIMIT @limit
            """,
            new { ownerId, sinceMs, limit = (long)limit });

    /// <summary>The first of an owner's uploads that wait.</summary>
    public static Task<IReadOnlyList<UploadRow>> FirstInLineAsync(SqlSession session, string ownerId, int limit) =>
        session.QueryAsync<UploadRow>(
            $"""
            SELECT {UploadRow.Columns} FROM {UploadRow.Tables}
            WHERE u.owner_id = @ownerId AND u.state = 'queued' ORDER BY u.id LIMIT @limit
            """,
            new { ownerId, limit = (long)limit });

    /// <summary>Depth of the whole queue and when its oldest began.</summary>
    public static Task<QueueFacts?> QueueAsync(SqlSession session) => session.QueryFirstOrDefaultAsync<QueueFacts>(
        "SELECT COUNT(*) AS Depth, MIN(created_ms) AS OldestMs FROM upload WHERE state IN ('queued', 'processing')");

    internal sealed record QueueFacts
    {
        public long Depth { get; init; }

        public long? OldestMs { get; init; }
    }
}
