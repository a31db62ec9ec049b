using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.Sql;

namespace Flickr.ControlPlane;

/// <summary>
/// What must have happened before the first call is answered: the schema, a term of our own, and keys.
/// </summary>
internal sealed class ControlPlaneStart(Database database, InvalidationLog log, KeyLife keys,
    ILogger<ControlPlaneStart> logger)
    : IHostedService
{
    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Migrations.ApplyAsync(database, typeof(ControlPlaneStart).Assembly, cancellationToken);
        await log.BeginTermAsync(cancellationToken);
        await keys.BeginAsync(cancellationToken);
        var state = await database.ReadAsync(InvalidationLog.StateAsync, cancellationToken);
        logger.TermBegins(state.Term, state.Head, state.KeysVersion);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
