namespace Flickr.Photos.Sagas;

/// <summary>
/// One step. <paramref name="Do"/> may run more than once (a crash, a lost lease, a doubled message), so whatever it does
/// outside the database must be idempotent; what belongs into the database it hands back in the result.
/// </summary>
/// <param name="Name">Name of the step; second part of its topics.</param>
/// <param name="Do">Does it. An exception means trouble that may pass: it is tried again later.</param>
/// <param name="Undo">Takes back what <paramref name="Do"/> may have done, also when it was cut short; null when there is nothing to take back.</param>
/// <param name="AttemptsMax">After that many attempts the saga fails and is undone.</param>
public sealed record SagaStep(
    string Name,
    Func<SagaWork, CancellationToken, Task<StepResult>> Do,
    Func<SagaWork, CancellationToken, Task<StepResult>>? Undo = null,
    int AttemptsMax = 25);
