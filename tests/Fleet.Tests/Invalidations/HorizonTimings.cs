using System.Diagnostics;
using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Tests.Invalidations;

/// <summary>Measures; promises nothing. Run with <c>--explicit only</c>.</summary>
public sealed class HorizonTimings
{
    [Fact(Explicit = true)]
    public void Lookups_among_a_million_owners()
    {
        var horizon = new InvalidationHorizon();
        var noon = DateTimeOffset.UnixEpoch;
        var names = Enumerable.Range(0, 1_000_000).Select(owner => $"01J9Z3K8Q{owner:D8}").ToArray();
        for (var owner = 0; owner < names.Length; owner++)
        {
            horizon.Apply(new Invalidation(owner + 1, noon, InvalidationKind.Owner, names[owner], Epoch: 1));
        }
        horizon.Apply(new Invalidation(1_000_001, noon, InvalidationKind.Url, "/x/y"));
        horizon.Apply(new Invalidation(1_000_002, noon, InvalidationKind.Prefix, "/x/"));
        horizon.Apply(new Invalidation(1_000_003, noon, InvalidationKind.Tag, "photo:1"));
        var facts = new ObjectFacts("img.example:8081", "/alice/nature/thumbnail/swans_thumbnail.jpg",
            ["photo:01J9Z3K8Q7", "album:01J9Z3K8Q8"], names[5], 1, IsPrivate: true);
        var grant = new GrantFacts("es-1", noon, names[7], 1, "viewer", "jti", []);
        var sum = 0L;

        Console.WriteLine($"{horizon.Bytes / 1048576.0:F1} MB for {horizon.Count} entries");
        Report("owner epoch, random owners", 2_000_000, turn =>
            sum += horizon.OwnerEpochOf(names[(int)((turn * 2654435761L) % names.Length)]));
        Report("owner epoch, 1,000 busy owners", 2_000_000, turn =>
            sum += horizon.OwnerEpochOf(names[turn % 1000]));
        Report("object judged, all tables looked at", 500_000, _ =>
            sum += (long)horizon.Judge(facts, 1_000_000));
        Report("object judged, filled after everything", 2_000_000, _ =>
            sum += (long)horizon.Judge(facts, 2_000_000));
        Report("grant judged", 1_000_000, _ => sum += (long)horizon.JudgeGrant(grant, facts));
        Assert.True(sum > 0);
    }

    private static void Report(string what, int turns, Action<int> work)
    {
        var best = double.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var clock = Stopwatch.StartNew();
            for (var turn = 0; turn < turns; turn++)
            {
                work(turn);
            }
            best = Math.Min(best, clock.Elapsed.TotalNanoseconds / turns);
        }
        Console.WriteLine($"{what}: {best:F0} ns (best of 5 runs)");
    }
}
