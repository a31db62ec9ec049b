using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flickr.Photos.Ids;
using Flickr.Photos.Publishing;
using Flickr.Sql;
using Microsoft.AspNetCore.Identity;

namespace Flickr.Photos.Accounts;

/// <summary>Users, their passwords and their API keys. Thread-safe.</summary>
public sealed class AccountStore(Database database, SortableIds ids, TimeProvider time)
{
    /// <summary>Characters a password must have.</summary>
    public const int PasswordLengthMin = 8;

    /// <summary>Characters a password may have: hashing a longer one is somebody's attack.</summary>
    public const int PasswordLengthMax = 256;

    private const string KeyPrefix = "fk_";
    private static readonly PasswordHasher<AccountRow> Hasher = new();

    // Hashed when the name is unknown, so that the answer takes as long as for a known one.
    private static readonly string DecoyHash = Hasher.HashPassword(Decoy, "nobody's password");

    private static AccountRow Decoy => new("", "", null, "private", 0, "", 0, null, 1);

    /// <summary>Adds a user; null when the name is taken.</summary>
    /// <exception cref="ArgumentException">A name or password that is not allowed; ask <see cref="CdnNames.IsUserName"/> and <see cref="IsPassword"/> first.</exception>
    public async Task<AccountRow?> AddAsync(string name, string? password, CancellationToken cancellationToken)
    {
        if (!CdnNames.IsUserName(name) || (password is not null && !IsPassword(password)))
        {
            throw new ArgumentException("name or password not allowed", nameof(name));
        }
        var account = new AccountRow(ids.Next(), name, null, "private", 1, ids.Next(), NowMs, null, 1);
        account = account with { PasswordHash = password is null ? null : Hasher.HashPassword(account, password) };
        var added = await database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO account (id, name, password_hash, visibility, epoch, stamp, created_ms)
            VALUES (@Id, @Name, @PasswordHash, @Visibility, @Epoch, @Stamp, @CreatedMs) ON CONFLICT DO NOTHING
            """, account), cancellationToken);
        return added == 1 ? account : null;
    }

    /// <summary>Whether this may be a password.</summary>
    public static bool IsPassword(string? password) => password is { Length: >= PasswordLengthMin and <= PasswordLengthMax };

    public Task<AccountRow?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, id), cancellationToken);

    public static Task<AccountRow?> FindAsync(SqlSession session, string id) =>
        session.QueryFirstOrDefaultAsync<AccountRow>($"SELECT {AccountRow.Columns} FROM account WHERE id = @id", new { id });

    public Task<AccountRow?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryFirstOrDefaultAsync<AccountRow>(
            $"SELECT {AccountRow.Columns} FROM account WHERE name = @name", new { name }), cancellationToken);

    /// <summary>The user of that name and password; null otherwise, after the same time either way.</summary>
    public async Task<AccountRow?> SignInAsync(string? name, string? password, CancellationToken cancellationToken)
    {
        if (name is null || !IsPassword(password))
        {
            return null;
        }
        var account = await FindByNameAsync(name, cancellationToken);
        var verdict = Hasher.VerifyHashedPassword(account ?? Decoy, account?.PasswordHash ?? DecoyHash, password!);
        if (account?.PasswordHash is null || verdict == PasswordVerificationResult.Failed)
        {
            return null;
        }
        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await SetHashAsync(account, password!, account.Stamp, cancellationToken);
        }
        return account;
    }

    /// <summary>Sets a new password and signs every session out. Returns the account as it is then.</summary>
    public async Task<AccountRow> SetPasswordAsync(AccountRow account, string password, CancellationToken cancellationToken)
    {
        var changed = account with { Stamp = ids.Next() };
        await SetHashAsync(account, password, changed.Stamp, cancellationToken);
        return changed;
    }

    /// <summary>Sets an account's address for letters; empty removes it.</summary>
    public Task SetEmailAsync(string id, string email, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync("UPDATE account SET email = @email WHERE id = @id", new { id, email = email.Length == 0 ? null : email }),
        cancellationToken);

    /// <summary>An account's API keys that still open it; never their secrets.</summary>
    public async Task<IReadOnlyList<ApiKey>> KeysAsync(string accountId, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync<KeyCard>(
            """
            SELECT id AS Id, label AS Label, scopes AS Scopes, created_ms AS CreatedMs FROM api_key
            WHERE account_id = @accountId AND revoked_ms IS NULL ORDER BY id
            """, new { accountId }), cancellationToken);
        return [.. rows.Select(row => new ApiKey(row.Id, row.Label, row.Scopes?.Split(' ') ?? KeyScopes.All, row.CreatedMs))];
    }

    /// <summary>Revokes an account's API key; false when it has none of that id.</summary>
    public async Task<bool> RevokeKeyAsync(string accountId, string keyId, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE api_key SET revoked_ms = @now WHERE id = @keyId AND account_id = @accountId AND revoked_ms IS NULL",
            new { keyId, accountId, now = NowMs }), cancellationToken) == 1;

    /// <summary>Makes an API key of every scope.</summary>
    public Task<string> AddKeyAsync(string accountId, string label, CancellationToken cancellationToken) =>
        AddKeyAsync(accountId, label, scopes: null, cancellationToken);

    /// <summary>Makes an API key. What is returned is shown once: only its hash is kept.</summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="label">For people.</param>
    /// <param name="scopes">As <see cref="KeyScopes"/> keeps them; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<string> AddKeyAsync(string accountId, string label, string? scopes, CancellationToken cancellationToken)
    {
        var id = ids.Next();
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        await database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO api_key (id, account_id, label, secret_hash, scopes, created_ms)
            VALUES (@id, @accountId, @label, @hash, @scopes, @now)
            """, new { id, accountId, label, scopes, hash = HashOf(secret), now = NowMs }), cancellationToken);
        return KeyPrefix + id + "_" + secret;
    }

    /// <summary>Whose API key this is, and its scopes (null: all); null for none, a wrong or a revoked one.</summary>
    public async Task<(AccountRow? Account, string? Scopes)> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        if (!key.StartsWith(KeyPrefix, StringComparison.Ordinal) || key.Length is < 40 or > 200
            || key[KeyPrefix.Length + SortableIds.Length] != '_')
        {
            return (null, null);
        }
        var id = key.Substring(KeyPrefix.Length, SortableIds.Length);
        var hash = HashOf(key[(KeyPrefix.Length + SortableIds.Length + 1)..]);
        return await database.ReadAsync<(AccountRow?, string?)>(async session =>
        {
            var row = await session.QueryFirstOrDefaultAsync<KeyRow>(
                "SELECT account_id AS AccountId, secret_hash AS SecretHash, scopes AS Scopes FROM api_key WHERE id = @id AND revoked_ms IS NULL",
                new { id });
            var isRight = row is not null && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(row.SecretHash), Encoding.ASCII.GetBytes(hash));
            return isRight ? (await FindAsync(session, row!.AccountId), row.Scopes) : (null, null);
        }, cancellationToken);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    // 192 random bits: a plain hash is enough, there is nothing to guess.
    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));

    private Task<int> SetHashAsync(AccountRow account, string password, string stamp, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE account SET password_hash = @hash, stamp = @stamp WHERE id = @Id",
            new { account.Id, hash = Hasher.HashPassword(account, password), stamp }), cancellationToken);

    private sealed record KeyRow(string AccountId, string SecretHash, string? Scopes);

    private sealed record KeyCard(string Id, string Label, string? Scopes, long CreatedMs);
}
