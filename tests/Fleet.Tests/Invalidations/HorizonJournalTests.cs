using Flickr.Fleet.Invalidations;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Fleet.Tests.Invalidations;

[Trait("Requirement", "R111")]
public sealed class HorizonJournalTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_journal_cut_at_any_byte_opens_with_everything_that_was_returned_from_before_the_cut()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("horizon");
        var lengths = new List<long>();
        using (var journal = HorizonJournal.Open(path, new HorizonOptions()))
        {
            lengths.Add(journal.LengthBytes);
            for (var sequence = 1L; sequence <= 6; sequence++)
            {
                journal.Apply([Entry(sequence)], term: sequence, sequence, forgetBefore: sequence == 4 ? 2
                    : 0);
                lengths.Add(journal.LengthBytes);
            }
        }
        var whole = File.ReadAllBytes(path);

        for (var cut = 32; cut <= whole.Length; cut++)
        {
            var copy = folder.File($"cut-{cut}");
            File.WriteAllBytes(copy, whole[..cut]);
            var expected = lengths.FindLastIndex(length => length <= cut);
            using (var journal = HorizonJournal.Open(copy, new HorizonOptions()))
            {
                Assert.Equal(expected, journal.Horizon.Sequence);
                Assert.Equal(expected, journal.Term);
                for (var sequence = 1; sequence <= expected; sequence++)
                {
                    Assert.Equal(Coverage.Hard, journal.Horizon.Judge(Facts(sequence), sequence - 1));
                }
                journal.Apply([Entry(7)], term: 7, sequence: 7);
            }
            using var again = HorizonJournal.Open(copy, new HorizonOptions());
            Assert.Equal(7, again.Horizon.Sequence);
            Assert.Equal(0, again.TornBytes);
            Assert.Equal(Coverage.Hard, again.Horizon.Judge(Facts(7), 6));
            File.Delete(copy);
        }
    }

    [Fact]
    public void A_flipped_byte_is_never_read_as_something_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("horizon");
        using (var journal = HorizonJournal.Open(path, new HorizonOptions()))
        {
            journal.Apply([Entry(1), Entry(2)], 1, 2);
            journal.Apply([Entry(3)], 1, 3);
        }
        var whole = File.ReadAllBytes(path);

        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            var copy = folder.File("flipped");
            File.WriteAllBytes(copy, damaged);
            if (at < 32)
            {
                Assert.Throws<InvalidDataException>(() => HorizonJournal.Open(copy, new HorizonOptions()));
                continue;
            }
            using var journal = HorizonJournal.Open(copy, new HorizonOptions());
            Assert.Contains(journal.Horizon.Sequence, (long[])[0, 2]);
            Assert.True(journal.TornBytes > 0);
        }
    }

    [Fact]
    public void The_sequence_is_published_only_after_the_entries_act()
    {
        using var folder = new TemporaryFolder();
        using var journal = HorizonJournal.Open(folder.File("horizon"), new HorizonOptions());

        journal.Horizon.Cover(Entry(5));

        Assert.Equal(0, journal.Horizon.Sequence);
        Assert.Equal(Coverage.Hard, journal.Horizon.Judge(Facts(5), journal.Horizon.Sequence));
    }

    [Fact]
    public void A_node_of_its_own_never_gives_a_number_twice_even_if_the_last_record_was_lost()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("horizon");
        var time = new FakeTimeProvider(Noon);
        long lost;
        int kept;
        using (var journal = HorizonJournal.Open(path, new HorizonOptions()))
        {
            journal.ApplyOwn(InvalidationKind.Tag, "t1", soft: false, epoch: null, time);
            kept = (int)journal.LengthBytes;
            lost = journal.ApplyOwn(InvalidationKind.Tag, "t2", soft: false, epoch: null, time).Sequence;
        }
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..(kept + 3)]);
        time.Advance(TimeSpan.FromMilliseconds(5));

        using var after = HorizonJournal.Open(path, new HorizonOptions());
        var next = after.ApplyOwn(InvalidationKind.Tag, "t3", soft: false, epoch: null, time);

        Assert.True(next.Sequence > lost);
    }

    [Fact]
    public void Compaction_keeps_every_verdict_and_drops_the_history()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("horizon");
        using (var journal = HorizonJournal.Open(path, new HorizonOptions()))
        {
            for (var sequence = 1L; sequence <= 500; sequence++)
            {
                journal.Apply([Entry(sequence) with { Value = $"t{sequence % 5}" }], 3, sequence);
            }
            var before = journal.LengthBytes;
            journal.Compact();
            Assert.InRange(journal.LengthBytes, 1, before / 20);
            journal.Apply([Entry(501)], 3, 501);
        }

        using var again = HorizonJournal.Open(path, new HorizonOptions());

        Assert.Equal(501, again.Horizon.Sequence);
        Assert.Equal(3, again.Term);
        Assert.Equal(Coverage.Hard, again.Horizon.Judge(Facts(2), 496));
        Assert.Equal(Coverage.None, again.Horizon.Judge(Facts(2), 497));
        Assert.Equal(Coverage.Hard, again.Horizon.Judge(Facts(501), 500));
    }

    [Fact]
    public void A_term_never_goes_back()
    {
        using var folder = new TemporaryFolder();
        using var journal = HorizonJournal.Open(folder.File("horizon"), new HorizonOptions());
        journal.Apply([Entry(1)], term: 5, sequence: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => journal.Apply([Entry(2)], term: 4, sequence: 2));
    }

    private static Invalidation Entry(long sequence) =>
        new(sequence, Noon, InvalidationKind.Tag, $"t{sequence}");

    private static ObjectFacts Facts(long tag) => new("h", "/a", [$"t{tag}"], null, 0, IsPrivate: false);
}
