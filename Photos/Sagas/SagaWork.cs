namespace Flickr.Photos.Sagas;

/// <summary>What a step is given.</summary>
/// <param name="SagaId">Which saga.</param>
/// <param name="StateJson">The state the step before left.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Problem">Why it is undone; null while it goes forward.</param>
public sealed record SagaWork(string SagaId, string StateJson, int Attempt, SagaProblem? Problem)
{
    /// <summary>The state as its type.</summary>
    public T State<T>() => SagaJson.Read<T>(StateJson);
}
