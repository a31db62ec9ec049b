using Flickr.Sql;

namespace Flickr.Photos.Sagas;

/// <summary>How a step ended. Exceptions are not here: they mean "try again".</summary>
public sealed class StepResult
{
    private StepResult(StepOutcome outcome, object? state, SagaProblem? problem, Func<SqlSession, Task>? write)
    {
        Outcome = outcome;
        State = state;
        Problem = problem;
        Write = write;
    }

    internal StepOutcome Outcome { get; }

    internal object? State { get; }

    internal SagaProblem? Problem { get; }

    internal Func<SqlSession, Task>? Write { get; }

    /// <summary>
    /// Done. <paramref name="state"/> goes to the next step; <paramref name="write"/> runs exactly once, in the
    /// transaction that records the step. An exception from it makes the step run again.
    /// </summary>
    public static StepResult Done(object state, Func<SqlSession, Task>? write = null) =>
        new(StepOutcome.Done, state, null, write);

    /// <summary>Done, and nothing is left to do: the remaining steps are skipped.</summary>
    public static StepResult Finished(object state, Func<SqlSession, Task>? write = null) =>
        new(StepOutcome.Finished, state, null, write);

    /// <summary>It cannot be done, now or later: the saga goes back.</summary>
    public static StepResult Failed(string problemType, string text) =>
        new(StepOutcome.Failed, null, new SagaProblem(problemType, text), null);
}

internal enum StepOutcome
{
    Done,
    Finished,
    Failed,
}
