using CsCheck;
using Flickr.Photos.Sagas;

namespace Flickr.Photos.Tests.Sagas;

public sealed class SagaTurnTests
{
    // Whatever the steps answer, and wherever undo is missing, a saga ends, and every step that was done and can be undone was.
    [Fact, Trait("Requirement", "R068")]
    public void A_saga_ends_and_leaves_nothing_half_done() =>
        Gen.Select(Gen.Bool.Array[1, 8], Gen.Int[-1, 10]).Sample((hasUndo, failAt) =>
        {
            var definition = new SagaDefinition
            {
                Kind = "k",
                Steps = [.. hasUndo.Select((undo, i) => new SagaStep($"s{i}", Never, undo ? Never : null))],
            };
            var saga = new SagaRow("id", "k", null, "running", 0, 1, 0, "{}", null, null);
            var topic = SagaTurn.FirstTopic(definition);
            var done = new List<int>();
            var undone = new List<int>();
            for (var turns = 0; topic is not null; turns++)
            {
                Assert.InRange(turns, 0, 2 * hasUndo.Length);
                var step = (int)saga.Step;
                Assert.Equal($"k.s{step}.{(saga.Status == "undoing" ? "undo" : "do")}", topic);
                var fails = saga.Status == "running" && step == failAt;
                (saga.Status == "undoing" ? undone : done).Add(step);
                (saga, topic) = SagaTurn.Take(definition, saga,
                    new SagaAnswer(fails ? StepOutcome.Failed : StepOutcome.Done, null, fails ? "p" : null, fails ? "t" : null));
            }
            var failed = failAt >= 0 && failAt < hasUndo.Length;
            Assert.Equal(failed ? "failed" : "done", saga.Status);
            Assert.Equal(Enumerable.Range(0, failed ? failAt + 1 : hasUndo.Length), done);
            Assert.Equal(failed ? Enumerable.Range(0, failAt + 1).Where(i => hasUndo[i]).Reverse() : [], undone);
        });

    private static Task<StepResult> Never(SagaWork work, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("not run here");
}
