using System.Text.Json;
using Flickr.Sql;

namespace Flickr.Photos.Sagas;

/// <summary>What a saga does: its steps in order, and what is told to the owner's tables when it moves.</summary>
public sealed class SagaDefinition
{
    /// <summary>Name of the kind; first part of its topics.</summary>
    public required string Kind { get; init; }

    /// <summary>Version of its messages; messages of another version go to the dead letters.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The steps, done first to last and undone last to first.</summary>
    public required IReadOnlyList<SagaStep> Steps { get; init; }

    /// <summary>
    /// Called inside the transaction of every change of a saga of this kind, so that what people see and what is so
    /// cannot part. Database work only.
    /// </summary>
    public Func<SqlSession, SagaProgress, Task>? Progressed { get; init; }
}

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

/// <summary>Why a saga failed, in words for the person who started it.</summary>
/// <param name="Type">Problem name, e.g. <c>image-damaged</c>.</param>
/// <param name="Text">One sentence.</param>
public sealed record SagaProblem(string Type, string Text);

/// <summary>Where a saga stands.</summary>
public enum SagaStatus
{
    /// <summary>Another saga of its lane runs.</summary>
    Waiting,

    /// <summary>Going forward.</summary>
    Running,

    /// <summary>Failed; going back.</summary>
    Undoing,

    /// <summary>Ended well.</summary>
    Done,

    /// <summary>Ended badly, and everything was taken back.</summary>
    Failed,

    /// <summary>Taking back failed too; its message lies in the dead letters and waits for an operator.</summary>
    Stuck,
}

/// <summary>A saga after a change.</summary>
public sealed record SagaProgress(string SagaId, SagaStatus Status, string Step, string StateJson, SagaProblem? Problem)
{
    /// <summary>The state as its type.</summary>
    public T State<T>() => SagaJson.Read<T>(StateJson);

    /// <summary>Whether nothing more will happen by itself.</summary>
    public bool IsOver => Status is SagaStatus.Done or SagaStatus.Failed or SagaStatus.Stuck;
}

internal static class SagaJson
{
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)
        ?? throw new InvalidDataException("a saga's state is null");

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), JsonSerializerOptions.Web);
}
