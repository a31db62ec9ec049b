namespace Flickr.Photos.Sagas;

/// <summary>A saga after a change.</summary>
public sealed record SagaProgress(string SagaId, SagaStatus Status, string Step, string StateJson, SagaProblem? Problem)
{
    /// <summary>The state as its type.</summary>
    public T State<T>() => SagaJson.Read<T>(StateJson);

    /// <summary>Whether nothing more will happen by itself.</summary>
    public bool IsOver => Status is SagaStatus.Done or SagaStatus.Failed or SagaStatus.Stuck;
}
