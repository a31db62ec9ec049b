using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.ControlPlane.Members;
using Flickr.Listening;
using Flickr.Sql;

namespace Flickr.ControlPlane;

/// <summary>
/// What must have happened before the first call is answered: the schema, a term of our own, and keys.
/// </summary>
internal sealed class ControlPlaneStart(Database database, InvalidationLog log, KeyLife keys, Authority authority, OwnCertificate certificate, NodeIdentity identity,
    ILogger<ControlPlaneStart> logger)
    : IHostedService
{
    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Migrations.ApplyAsync(database, typeof(ControlPlaneStart).Assembly, cancellationToken);
        await log.BeginTermAsync(cancellationToken);
        await keys.BeginAsync(cancellationToken);
        await authority.OpenAsync(cancellationToken);
        certificate.Renew();
        var removed = await MemberEndpoints.ReadAsync(database, 0, cancellationToken);
        identity.Removed.Add(removed.Sequence, removed.Removed);
        var state = await database.ReadAsync(InvalidationLog.StateAsync, cancellationToken);
        logger.TermBegins(state.Term, state.Head, state.KeysVersion);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
