using CsCheck;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Deletion;

public sealed class DeletionTests
{
    private const int Interleavings = 1_000_000;
    private static readonly Gen<int[]> Steps = Gen.Int[0, 255].Array[6, 40];

    [Fact]
    [Trait("Requirement", "R037")]
    public void No_interleaving_of_uploads_and_deletions_leaves_a_reference_without_its_blob() => Steps.Sample(
        steps => FaultOf(steps, checksGeneration: true) is null, iter: Interleavings);

    [Fact]
    public void Without_comparing_generations_in_one_transaction_the_model_finds_the_race()
    {
        var random = new Random(1);
        var faults = Enumerable.Range(0, 100_000).Count(_ => FaultOf(
            [.. Enumerable.Range(0, 40).Select(_ => random.Next(256))], checksGeneration: false) is not null);

        Assert.True(faults > 0, "the model is able to see a dangling reference");
    }

    [Fact]
    public void Replicas_that_heard_the_same_records_in_any_order_agree() => Gen.Int[0, 8].Select(
        Gen.Int[1, 4], (kind, generation) => (kind % 2 == 0, (long)generation)).Array[2, 8].Select(Gen.Int[0, 1_000]).Sample(
        (records, seed) =>
        {
            var shuffled = records.ToArray();
            new Random(seed).Shuffle(shuffled);
            return Apply(records) == Apply(shuffled);
        });

    private static BlobEntry Apply((bool IsTombstone, long Generation)[] records) => records.Aggregate(
        default(BlobEntry).WithBytes(RecordLocation.At(1, 256, 1)), (entry, record) => record.IsTombstone
            ? entry.WithTombstone(record.Generation) : entry.WithTouch(record.Generation));

    private static string? FaultOf(int[] steps, bool checksGeneration)
    {
        var model = new DeletionModel(checksGeneration);
        foreach (var step in steps)
        {
            model.Step(step);
        }
        model.Settle();
        return model.Fault;
    }
}
