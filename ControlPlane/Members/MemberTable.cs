using Flickr.Sql;

namespace Flickr.ControlPlane.Members;

/// <summary>Members and invitations in SQL, in the caller's transaction.</summary>
internal static class MemberTable
{
    private const string Columns =
        """
        id, role, name, zone, public_key AS PublicKey, joined_ms AS JoinedMs, renewed_ms AS RenewedMs,
        not_after_ms AS NotAfterMs, removed_ms AS RemovedMs
        """;

    /// <summary>All members, removed ones too, by name.</summary>
    public static Task<IReadOnlyList<MemberRow>> AllAsync(SqlSession session) =>
        session.QueryAsync<MemberRow>($"SELECT {Columns} FROM member ORDER BY name, joined_ms");

    /// <summary>The member of an id; null when there is none.</summary>
    public static Task<MemberRow?> FindAsync(SqlSession session, string id) =>
        session.QueryFirstOrDefaultAsync<MemberRow>($"SELECT {Columns} FROM member WHERE id = @id", new { id });

    /// <summary>
    /// Whether a member has a name: one that was removed, or whose certificate ran out, gives it back.
    /// </summary>
    public static async Task<bool> IsTakenAsync(SqlSession session, string name, long now)
    {
        await session.ExecuteAsync(
            "UPDATE member SET removed_ms = not_after_ms WHERE name = @name AND removed_ms = 0 AND not_after_ms <= @now",
            new { name, now });
        return await session.ScalarAsync<long>(
            "SELECT COUNT(*) FROM member WHERE name = @name AND removed_ms = 0", new { name }) > 0;
    }

    /// <summary>Adds a member.</summary>
    public static Task InsertAsync(SqlSession session, MemberRow row) => session.ExecuteAsync(
        """
        INSERT INTO member (id, role, name, zone, public_key, joined_ms, renewed_ms, not_after_ms, removed_ms)
        VALUES (@Id, @Role, @Name, @Zone, @PublicKey, @JoinedMs, @RenewedMs, @NotAfterMs, 0)
        """, row);

    /// <summary>Notes a renewal. False when the member was removed meanwhile.</summary>
    public static async Task<bool> RenewAsync(SqlSession session, MemberRow row) => await session.ExecuteAsync(
        "UPDATE member SET renewed_ms = @RenewedMs, not_after_ms = @NotAfterMs WHERE id = @Id AND removed_ms = 0", row) == 1;

    /// <summary>Notes a removal. False when it was removed before.</summary>
    public static async Task<bool> RemoveAsync(SqlSession session, string id, long now) => await session.ExecuteAsync(
        "UPDATE member SET removed_ms = @now WHERE id = @id AND removed_ms = 0", new { id, now }) == 1;

    /// <summary>Adds an invitation, and forgets those that ended a day ago.</summary>
    public static async Task InsertAsync(SqlSession session, InvitationRow row, long now)
    {
        await session.ExecuteAsync("DELETE FROM invitation WHERE expires_ms < @before", new { before = now - 86_400_000 });
        await session.ExecuteAsync(
            """
            INSERT INTO invitation (id, secret_hash, role, name, zone, expires_ms, used_ms)
            VALUES (@Id, @SecretHash, @Role, @Name, @Zone, @ExpiresMs, 0)
            """, row);
    }

    /// <summary>The invitation of an id; null when there is none.</summary>
    public static Task<InvitationRow?> FindInvitationAsync(SqlSession session, string id) =>
        session.QueryFirstOrDefaultAsync<InvitationRow>(
            """
            SELECT id, secret_hash AS SecretHash, role, name, zone, expires_ms AS ExpiresMs, used_ms AS UsedMs
            FROM invitation WHERE id = @id
            """, new { id });

    /// <summary>Uses an invitation up. False when another was faster: of two joins with one token one gets in.</summary>
    public static async Task<bool> UseAsync(SqlSession session, string id, long now) => await session.ExecuteAsync(
        "UPDATE invitation SET used_ms = @now WHERE id = @id AND used_ms = 0", new { id, now }) == 1;
}

/// <summary>An invitation as the table knows it.</summary>
internal sealed record InvitationRow
{
    public string Id { get; init; } = "";
    public string SecretHash { get; init; } = "";
    public string Role { get; init; } = "";

    /// <summary>The name that the node must have; empty when it may choose.</summary>
    public string Name { get; init; } = "";
    public string Zone { get; init; } = "";
    public long ExpiresMs { get; init; }
    public long UsedMs { get; init; }
}
