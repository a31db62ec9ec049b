using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flickr.Sql;

namespace Flickr.Photos.Accounts;

/// <summary>Secrets with which somebody who has forgotten the password sets a new one: one at a time, once, for an hour. Thread-safe.</summary>
public sealed class PasswordResets(Database database, AccountStore accounts, TimeProvider time)
{
    /// <summary>How long one may be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int SecretBytes = 24;

    /// <summary>Makes one; those made before end. Only its hash is kept.</summary>
    public async Task<(string Secret, DateTimeOffset Ends)> AddAsync(AccountRow account, CancellationToken cancellationToken)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var ends = time.GetUtcNow() + Lifetime;
        await database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO password_reset (account_id, secret_hash, expires_ms) VALUES (@Id, @hash, @endsMs)
            ON CONFLICT (account_id) DO UPDATE SET secret_hash = excluded.secret_hash, expires_ms = excluded.expires_ms
            """, new { account.Id, hash = HashOf(secret), endsMs = ends.ToUnixTimeMilliseconds() }), cancellationToken);
        return (secret, ends);
    }

    /// <summary>Sets the password and ends every session; false when the secret is none, used or over.</summary>
    public async Task<bool> UseAsync(string secret, string password, CancellationToken cancellationToken)
    {
        if (secret.Length > 100)
        {
            return false;
        }
        // Taken first: of two who come with it at once, one has it.
        var account = await database.WriteAsync(async session =>
        {
            var id = await session.ScalarAsync<string>(
                "DELETE FROM password_reset WHERE secret_hash = @hash AND expires_ms > @now RETURNING account_id",
                new { hash = HashOf(secret), now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return id is null ? null : await AccountStore.FindAsync(session, id);
        }, cancellationToken);
        if (account is null)
        {
            return false;
        }
        await accounts.SetPasswordAsync(account, password, cancellationToken);
        return true;
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
