namespace Flickr.Photos.Uploads;

/// <summary>
/// An upload as people see it. Properties, not a constructor: SQLite does not say the type of a computed column while a
/// result is empty, and the mapper then finds no constructor that fits.
/// </summary>
public sealed record UploadRow
{
    public string Id { get; init; } = "";

    public string OwnerId { get; init; } = "";

    public string AlbumName { get; init; } = "";

    public string Name { get; init; } = "";

    public string Digest { get; init; } = "";

    public long LengthBytes { get; init; }

    public string State { get; init; } = "";

    public string Step { get; init; } = "";

    public string? PhotoId { get; init; }

    public string? DuplicateOf { get; init; }

    public string? ProblemType { get; init; }

    public string? ProblemText { get; init; }

    public long CreatedMs { get; init; }

    public long UpdatedMs { get; init; }

    public long QueuePosition { get; init; }

    internal const string Columns =
        """
        u.id AS Id, u.owner_id AS OwnerId, b.name AS AlbumName, u.name AS Name, u.digest AS Digest,
        u.length_bytes AS LengthBytes, u.state AS State, u.step AS Step, u.photo_id AS PhotoId,
        u.duplicate_of AS DuplicateOf, u.problem_type AS ProblemType, u.problem_text AS ProblemText,
        u.created_ms AS CreatedMs, u.updated_ms AS UpdatedMs,
        CASE WHEN u.state = 'queued' THEN (SELECT COUNT(*) FROM upload q
            WHERE q.owner_id = u.owner_id AND q.state IN ('queued', 'processing') AND q.id <= u.id) ELSE 0 END AS QueuePosition
        """;

    internal const string Tables = "upload u JOIN album b ON b.id = u.album_id";

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool IsOver => State is "published" or "failed";

    /// <summary>The body of the API.</summary>
    public object Body() => new
    {
        Id,
        State,
        Step,
        Name,
        Album = AlbumName,
        Digest,
        Length = LengthBytes,
        PhotoId,
        DuplicateOf,
        Problem = ProblemType is null ? null : new { Type = ProblemType, Title = ProblemText },
        QueuePosition,
        CreatedMs,
        UpdatedMs,
    };
}
