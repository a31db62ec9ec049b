using CsCheck;
using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Tests.Invalidations;

/// <summary>
/// The one property that matters: whatever is filled, invalidated, forgotten, restarted and compacted, in
/// whatever order, no
/// object is ever valid past an invalidation that covers it, and no token past one that revokes it.
/// </summary>
[Trait("Requirement", "R111")]
public sealed class HorizonModelTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Hosts = ["a.example", "b.example:8081"];

    private static readonly Gen<ObjectFacts> Objects =
        from host in Gen.Int[0, 1]
        from path in Gen.Int[0, 30]
        from tag in Gen.Int[0, 40]
        from owner in Gen.Int[0, 25]
        from epoch in Gen.Int[0, 3]
        from hidden in Gen.Bool
        select new ObjectFacts(Hosts[host], $"/u{path % 7}/al{path % 5}/{path}.jpg", [$"t{tag}",
            $"t{tag / 2}"],
            $"o{owner}", epoch, hidden);

    private static readonly Gen<(InvalidationKind Kind, string Value, long? Epoch)> Names = Gen.OneOf(
        Gen.Int[0, 30].Select(path =>
            (InvalidationKind.Url, $"/u{path % 7}/al{path % 5}/{path}.jpg", (long?)null)),
        Gen.Int[0, 30].Select(path =>
            (InvalidationKind.Url, $"http://b.example/u{path % 7}/al{path % 5}/{path}.jpg", (long?)null)),
        Gen.Int[0, 30].Select(path => (InvalidationKind.Prefix, $"/u{path % 7}/al{path % 5}/", (long?)null)),
        Gen.Int[0, 6].Select(path => (InvalidationKind.Prefix, $"/u{path}/", (long?)null)),
        Gen.Int[0, 40].Select(tag => (InvalidationKind.Tag, $"t{tag}", (long?)null)),
        Gen.Int[0, 1].Select(host => (InvalidationKind.Host, Hosts[host], (long?)null)),
        Gen.Select(Gen.Int[0, 25], Gen.Long[1, 4], (owner, epoch) =>
            (InvalidationKind.Owner, $"o{owner}", (long?)epoch)),
        Gen.Int[0, 25].Select(viewer => (InvalidationKind.Viewer, $"v{viewer}", (long?)null)),
        Gen.Int[0, 25].Select(token => (InvalidationKind.Token, $"j{token}", (long?)null)),
        Gen.Int[0, 5].Select(key => (InvalidationKind.Key, $"k{key}", (long?)null)));

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Objects.Select(facts => new Step(Fill: facts))),
        (4, Gen.Select(Names, Gen.Bool, (name, soft) => new Step(Name: name, Soft: soft))),
        (1, Gen.Const(new Step(Restart: true))),
        (1, Gen.Const(new Step(Compact: true))));

    [Theory]
    [InlineData(16)] // tables forget all the time
    [InlineData(4096)] // tables forget never: then nothing is covered that is not named either
    public void Nothing_is_ever_valid_past_an_invalidation_that_covers_it(int entriesMax) =>
        Steps.Array[1, 120].Sample(steps => Run(steps, entriesMax), iter: 100);

    private static void Run(Step[] steps, int entriesMax)
    {
        using var folder = new TemporaryFolder();
        var options = new HorizonOptions
        {
            UrlsMax = entriesMax,
            PrefixesMax = entriesMax,
            TagsMax = entriesMax,
            HostsMax = entriesMax,
            OwnersMax = entriesMax,
            ViewersMax = entriesMax,
            TokensMax = entriesMax,
            KeysMax = entriesMax,
        };
        var journal = HorizonJournal.Open(folder.File("horizon"), options);
        var filled = new List<(ObjectFacts Facts, long Sequence)>();
        var said = new List<Invalidation>();
        try
        {
            foreach (var step in steps)
            {
                if (step.Fill is { } facts)
                {
                    filled.Add((facts, journal.Horizon.Sequence));
                }
                else if (step.Name is { } name)
                {
                    var soft = step.Soft && name.Kind is <= InvalidationKind.Host;
                    var next = new Invalidation(said.Count + 1, Noon.AddSeconds(said.Count), name.Kind,
                        name.Value, soft, Epoch: name.Epoch);
                    journal.Apply([next], 1, next.Sequence);
                    said.Add(next);
                }
                else if (step.Compact)
                {
                    journal.Compact();
                }
                else
                {
                    journal.Dispose();
                    journal = HorizonJournal.Open(folder.File("horizon"), options);
                }
                Check(journal.Horizon, filled, said, exact: entriesMax > 1000);
            }
        }
        finally
        {
            journal.Dispose();
        }
    }

    private static void Check(InvalidationHorizon horizon, List<(ObjectFacts Facts, long Sequence)> filled,
        List<Invalidation> said, bool exact)
    {
        Assert.Equal(said.Count, horizon.Sequence);
        foreach (var (facts, sequence) in filled)
        {
            var expected = said.Select(entry => Covers(entry, facts, sequence)).DefaultIfEmpty().Max();
            var judged = horizon.Judge(facts, sequence);
            Assert.True(exact ? judged == expected
                : judged >= expected, $"{facts} at {sequence}: {judged}, not {expected}");
        }
        for (var index = 0; index < 26; index++)
        {
            var grant = new GrantFacts($"k{index % 8}", Noon.AddSeconds(index * 3), $"o{index}", 1,
                $"v{index}", $"j{index}", [$"t{index}"]);
            var revoked = said.Any(entry => Revokes(entry, grant));
            var judged = horizon.JudgeGrant(grant, default);
            Assert.True(exact ? judged != GrantCoverage.None == revoked : !revoked
                || judged != GrantCoverage.None,
                $"{grant}: {judged}, revoked {revoked}");
        }
    }

    /// <summary>The rules again, in the plainest words.</summary>
    private static Coverage Covers(Invalidation entry, ObjectFacts facts, long fill)
    {
        var bare = facts.Host.Split(':')[0];
        var names = entry.Kind switch
        {
            InvalidationKind.Url => entry.Value == facts.Path
                || entry.Value == $"http://{facts.Host}{facts.Path}"
                    || entry.Value == $"http://{bare}{facts.Path}",
            InvalidationKind.Prefix => facts.Path.StartsWith(entry.Value, StringComparison.Ordinal),
            InvalidationKind.Tag => facts.Tags.Contains(entry.Value),
            InvalidationKind.Host => entry.Value == facts.Host || entry.Value == bare,
            InvalidationKind.Owner => entry.Value == facts.Owner,
            _ => false,
        };
        if (entry.Kind == InvalidationKind.Owner)
        {
            return names && (entry.Sequence > fill || !facts.IsPrivate && entry.Epoch > facts.OwnerEpoch)
                ? Coverage.Hard : Coverage.None;
        }
        return !names || entry.Sequence <= fill ? Coverage.None : entry.Soft ? Coverage.Soft : Coverage.Hard;
    }

    private static bool Revokes(Invalidation entry, GrantFacts grant) => entry.Kind switch
    {
        InvalidationKind.Owner => entry.Value == grant.Owner && entry.Epoch > grant.OwnerEpoch,
        InvalidationKind.Viewer => entry.Value == grant.Viewer && grant.IssuedAt < entry.At.AddSeconds(5),
        InvalidationKind.Token => entry.Value == grant.TokenId,
        InvalidationKind.Key => entry.Value == grant.KeyId,
        InvalidationKind.Tag => !entry.Soft && grant.Tags.Contains(entry.Value) && grant.IssuedAt < entry.At,
        _ => false,
    };

    private sealed record Step(ObjectFacts? Fill = null, (InvalidationKind Kind, string Value,
        long? Epoch)? Name = null,
        bool Soft = false, bool Restart = false, bool Compact = false);
}
