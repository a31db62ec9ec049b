using System.Security.Cryptography.X509Certificates;
using Flickr.ControlPlane.Members;
using Flickr.Sql;

namespace Flickr.ControlPlane.Audit;

/// <summary>Signs where the audit log stands, each minute in which it has moved and whenever somebody asks.</summary>
internal sealed class AuditHeads(Database database, Authority authority, ILogger<AuditHeads> logger, TimeProvider time)
    : BackgroundService
{
    private const int KeptMax = 50_000;
    private static readonly TimeSpan SignEvery = TimeSpan.FromMinutes(1);

    /// <summary>Every head that is kept, oldest first.</summary>
    public static Task<IReadOnlyList<AuditHead>> AllAsync(SqlSession session) => session.QueryAsync<AuditHead>(
        "SELECT sequence, hash, at_ms AS AtMs, signature FROM audit_head ORDER BY sequence");

    /// <summary>Signs the head as it is now; the one that is there when nothing was written since.</summary>
    public Task<AuditHead> SignAsync(CancellationToken cancellationToken) => database.WriteAsync(async session =>
    {
        var (sequence, hash) = await AuditLog.StateAsync(session);
        var there = await session.QueryFirstOrDefaultAsync<AuditHead>(
            "SELECT sequence, hash, at_ms AS AtMs, signature FROM audit_head WHERE sequence = @sequence", new { sequence });
        if (there is not null && there.Hash == hash)
        {
            return there;
        }
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var made = new AuditHead(sequence, hash, now, authority.Sign(AuditHead.Text(sequence, hash, now)));
        await session.ExecuteAsync(
            """
            INSERT INTO audit_head (sequence, hash, at_ms, signature) VALUES (@Sequence, @Hash, @AtMs, @Signature)
            ON CONFLICT (sequence) DO NOTHING
            """, made);
        await session.ExecuteAsync(
            """
            DELETE FROM audit_head WHERE sequence <= (
                SELECT sequence FROM audit_head ORDER BY sequence DESC LIMIT 1 OFFSET @KeptMax)
            """, new { KeptMax });
        return made;
    }, cancellationToken);

    /// <summary>Whether a head bears the authority's signature.</summary>
    public bool IsGenuine(AuditHead head)
    {
        using var key = authority.Certificate.GetECDsaPublicKey()!;
        return head.IsSignedBy(key);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SignAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                logger.HeadNotSigned(fault);
            }
            await Task.Delay(SignEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
