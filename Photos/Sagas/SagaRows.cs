namespace Flickr.Photos.Sagas;

/// <summary>A row of <c>saga</c>. <c>Seq</c> grows with every turn; a message of another turn is late or doubled.</summary>
internal sealed record SagaRow(
    string Id, string Kind, string? Lane, string Status, long Step, long Seq, long AnsweredSeq, string State,
    string? ProblemType, string? ProblemText)
{
    public SagaProblem? Problem => ProblemType is null ? null : new SagaProblem(ProblemType, ProblemText ?? "");
}

/// <summary>A claimed row of <c>message</c>. Topics: <c>kind.step.do</c>, <c>kind.step.undo</c> (requests), <c>kind.answer</c> (responses).</summary>
internal sealed record SagaMessage(
    string Id, string Topic, long Version, string SagaId, long Seq, string Body, long Attempts, long Fence, long CreatedMs);

/// <summary>
/// The body of an answer. <c>Trace</c> is the span under which the saga goes on, as a <c>traceparent</c>; null without one.
/// </summary>
internal sealed record SagaAnswer(
    StepOutcome Outcome, string? State, string? ProblemType, string? ProblemText, string? Trace = null);

/// <summary>The body of a request.</summary>
/// <param name="Trace">Span under which the step runs, as a <c>traceparent</c>; null without one.</param>
internal sealed record SagaAsk(string? Trace = null);

/// <summary>What an answer makes of a saga. Pure: the whole transition table is in <see cref="Take"/>.</summary>
/// <param name="Saga">The saga as it is to be stored.</param>
/// <param name="Topic">The next request; null when the saga is over.</param>
internal sealed record SagaTurn(SagaRow Saga, string? Topic)
{
    /// <summary>The first request of a saga.</summary>
    public static string FirstTopic(SagaDefinition definition) => DoTopic(definition, 0);

    /// <summary>
    /// running + done → next step, or done after the last; running + finished → done; running + failed → undo of this
    /// step or the nearest before it that has one, or failed; undoing + done → the next one before it, or failed.
    /// </summary>
    public static SagaTurn Take(SagaDefinition definition, SagaRow saga, SagaAnswer answer)
    {
        var next = saga with { Seq = saga.Seq + 1, State = answer.State ?? saga.State };
        if (saga.Status == "undoing")
        {
            return Back(definition, next, (int)saga.Step - 1);
        }
        switch (answer.Outcome)
        {
            case StepOutcome.Failed:
                next = next with { ProblemType = answer.ProblemType, ProblemText = answer.ProblemText };
                return Back(definition, next, (int)saga.Step);
            case StepOutcome.Done when saga.Step + 1 < definition.Steps.Count:
                return new SagaTurn(next with { Step = saga.Step + 1 }, DoTopic(definition, (int)saga.Step + 1));
            default:
                return new SagaTurn(next with { Status = "done" }, null);
        }
    }

    private static SagaTurn Back(SagaDefinition definition, SagaRow next, int from)
    {
        for (var step = from; step >= 0; step--)
        {
            if (definition.Steps[step].Undo is not null)
            {
                return new SagaTurn(
                    next with { Status = "undoing", Step = step }, $"{definition.Kind}.{definition.Steps[step].Name}.undo");
            }
        }
        return new SagaTurn(next with { Status = "failed" }, null);
    }

    private static string DoTopic(SagaDefinition definition, int step) => $"{definition.Kind}.{definition.Steps[step].Name}.do";
}
