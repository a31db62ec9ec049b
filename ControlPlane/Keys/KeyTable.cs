using Flickr.Sql;
using Flickr.Tokens;

namespace Flickr.ControlPlane.Keys;

/// <summary>The rows of keys.</summary>
internal static class KeyTable
{
    private const string Columns =
        """
        kid, issuer, algorithm, state, created_ms AS CreatedMs, published_version AS PublishedVersion,
        published_ms AS PublishedMs, activated_ms AS ActivatedMs, changed_ms AS ChangedMs,
        not_after_ms AS NotAfterMs, wanted, sealed, x, y
        """;

    /// <summary>All keys, oldest first.</summary>
    public static Task<IReadOnlyList<SigningKey>> AllAsync(SqlSession session) =>
        session.QueryAsync<SigningKey>($"SELECT {Columns} FROM signing_key ORDER BY created_ms, kid");

    /// <summary>
    /// The bundle's version; locks the row, so that one transaction at a time changes keys.
    /// </summary>
    public static Task<long> LockAsync(SqlSession session) =>
        session.ScalarAsync<long>("UPDATE key_state SET version = version WHERE id = 1 RETURNING version");

    /// <summary>The bundle's version.</summary>
    public static Task<long> VersionAsync(SqlSession session) =>
        session.ScalarAsync<long>("SELECT version FROM key_state WHERE id = 1");

    /// <summary>Sets the bundle's version.</summary>
    public static Task SetVersionAsync(SqlSession session, long version) =>
        session.ExecuteAsync("UPDATE key_state SET version = @version WHERE id = 1", new { version });

    /// <summary>Adds a key.</summary>
    public static Task InsertAsync(SqlSession session, SigningKey key) => session.ExecuteAsync(
        """
        INSERT INTO signing_key (kid, issuer, algorithm, state, created_ms, published_version, published_ms, activated_ms,
            changed_ms, not_after_ms, wanted, sealed, x, y)
        VALUES (@Kid, @Issuer, @Algorithm, @State, @CreatedMs, @PublishedVersion, @PublishedMs, @ActivatedMs, @ChangedMs,
            @NotAfterMs, @Wanted, @Sealed, @X, @Y)
        """, key);

    /// <summary>Writes what may change of a key.</summary>
    public static Task UpdateAsync(SqlSession session, SigningKey key) => session.ExecuteAsync(
        """
        UPDATE signing_key SET state = @State, published_version = @PublishedVersion, published_ms = @PublishedMs,
            activated_ms = @ActivatedMs, changed_ms = @ChangedMs, not_after_ms = @NotAfterMs, wanted = @Wanted, sealed = @Sealed
        WHERE kid = @Kid
        """, key);

    /// <summary>Whether a key is in the bundle that edges verify with.</summary>
    public static bool Verifies(SigningKey key) =>
        key.Life is KeyState.PrePublished or KeyState.Active or KeyState.Retiring;
}
