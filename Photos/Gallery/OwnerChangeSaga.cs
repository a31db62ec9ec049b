using Flickr.Photos.Ids;
using Flickr.Photos.Invalidations;
using Flickr.Photos.Sagas;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>
/// Carries an account's change to the edges: first the epoch, which is one order for all its photos; then a second saga
/// rewrites the links, one change of an owner after the other.
/// </summary>
public sealed class OwnerChangeSaga(Database database, ControlPlaneClient controlPlane, IServiceProvider services, SortableIds ids)
{
    public const string Kind = "owner-change";

    private static readonly TimeSpan AcknowledgeMax = TimeSpan.FromSeconds(2);

    internal SagaDefinition Define() => new()
    {
        Kind = Kind,
        Steps = [new SagaStep("invalidate", InvalidateAsync, AttemptsMax: 1_000), new SagaStep("hand-over", HandOverAsync)],
    };

    private async Task<StepResult> InvalidateAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<OwnerChangeState>();
        if (state.IsPrivate)
        {
            var epoch = await database.ReadAsync(session => session.ScalarAsync<long>(
                "SELECT epoch FROM account WHERE id = @OwnerId", new { state.OwnerId }), cancellationToken);
            state.Receipt = await controlPlane.InvalidateAsync(
                new Invalidation("owner", state.OwnerId, Owner: state.OwnerId, Epoch: epoch, Reason: "private"),
                AcknowledgeMax, cancellationToken);
        }
        return StepResult.Done(state);
    }

    private Task<StepResult> HandOverAsync(SagaWork work, CancellationToken cancellationToken)
    {
        var state = work.State<OwnerChangeState>();
        var engine = services.GetRequiredService<SagaEngine>(); // the engine is made of its sagas, so it is asked for late
        return Task.FromResult(StepResult.Done(state, session => engine.BeginAsync(
            session, RelinkSaga.Kind, ids.Next(), "relink:" + state.OwnerId, new RelinkState { OwnerId = state.OwnerId })));
    }
}
