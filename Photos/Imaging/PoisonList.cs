using Flickr.Sql;

namespace Flickr.Photos.Imaging;

/// <summary>
/// Contents on which workers died. Kept in the database: after a restart, or in another process, a file that kills decoders is
/// refused without another death. Thread-safe.
/// </summary>
public sealed class PoisonList(Database database, TimeProvider time)
{
    /// <summary>How often workers died on a content.</summary>
    public Task<long> FailuresAsync(string digest, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.ScalarAsync<long>("SELECT failures FROM image_poison WHERE digest = @digest", new { digest }), cancellationToken);

    /// <summary>Counts one more.</summary>
    public Task AddAsync(string digest, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.ExecuteAsync(
            """
            INSERT INTO image_poison (digest, failures, last_ms) VALUES (@digest, 1, @now)
            ON CONFLICT (digest) DO UPDATE SET failures = image_poison.failures + 1, last_ms = excluded.last_ms
            """, new { digest, now = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);
}
