using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Tests.Invalidations;

[Trait("Requirement", "R111")]
public sealed class InvalidationHorizonTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ObjectFacts Swans = new(
        "img.example:8081", "/alice/nature/original/swans.png", ["photo:1", "album:2"], "alice", 3,
            IsPrivate: true);

    private static readonly GrantFacts Token = new("es-1", Noon, "alice", 3, "viewer-9", "jti-7", []);

    [Theory]
    [InlineData(InvalidationKind.Url, "/alice/nature/original/swans.png", true)]
    [InlineData(InvalidationKind.Url, "/alice/nature/original/swans.png?v=1", true)]
    [InlineData(InvalidationKind.Url, "http://img.example:8081/alice/nature/original/swans.png", true)]
    [InlineData(InvalidationKind.Url, "http://IMG.example/alice/nature/original/swans.png", true)]
    [InlineData(InvalidationKind.Url, "http://img.example:9999/alice/nature/original/swans.png", false)]
    [InlineData(InvalidationKind.Url, "http://other.example/alice/nature/original/swans.png", false)]
    [InlineData(InvalidationKind.Url, "/alice/nature/original/swans", false)]
    [InlineData(InvalidationKind.Prefix, "/", true)]
    [InlineData(InvalidationKind.Prefix, "/alice/", true)]
    [InlineData(InvalidationKind.Prefix, "/alice/nature/original/", true)]
    [InlineData(InvalidationKind.Prefix, "http://img.example/alice/", true)]
    [InlineData(InvalidationKind.Prefix, "/alice/nat/", false)]
    [InlineData(InvalidationKind.Prefix, "/ali/", false)]
    [InlineData(InvalidationKind.Prefix, "/alice/nature/original/swans.png/", false)]
    [InlineData(InvalidationKind.Tag, "album:2", true)]
    [InlineData(InvalidationKind.Tag, "album:22", false)]
    [InlineData(InvalidationKind.Host, "img.example", true)]
    [InlineData(InvalidationKind.Host, "img.example:8081", true)]
    [InlineData(InvalidationKind.Host, "img.example:8082", false)]
    [InlineData(InvalidationKind.Host, "example", false)]
    [InlineData(InvalidationKind.All, "", true)]
    public void An_object_filled_before_is_dead_exactly_when_it_is_named(InvalidationKind kind, string value,
        bool covers)
    {
        var horizon = new InvalidationHorizon();

        horizon.Apply(new Invalidation(10, Noon, kind, value));

        Assert.Equal(covers ? Coverage.Hard : Coverage.None, horizon.Judge(Swans, fillSequence: 9));
        Assert.Equal(Coverage.None, horizon.Judge(Swans, fillSequence: 10));
    }

    [Fact]
    public void A_soft_invalidation_makes_stale_and_a_hard_one_after_it_kills()
    {
        var horizon = new InvalidationHorizon();

        horizon.Apply(new Invalidation(10, Noon, InvalidationKind.Tag, "photo:1", Soft: true));
        var afterSoft = horizon.Judge(Swans, 9);
        horizon.Apply(new Invalidation(11, Noon, InvalidationKind.Tag, "photo:1"));

        Assert.Equal(Coverage.Soft, afterSoft);
        Assert.Equal(Coverage.Hard, horizon.Judge(Swans, 9));
        Assert.Equal(GrantCoverage.None, new InvalidationHorizon().JudgeGrant(Token, Swans));
    }

    [Fact]
    [Trait("Requirement", "R024")]
    public void A_public_object_is_dead_until_the_origin_states_the_owners_new_epoch()
    {
        var horizon = new InvalidationHorizon();
        var open = Swans with { IsPrivate = false };

        horizon.Apply(new Invalidation(10, Noon, InvalidationKind.Owner, "alice", Epoch: 4));

        Assert.Equal(Coverage.Hard, horizon.Judge(open, fillSequence: 9));
        Assert.Equal(Coverage.Hard, horizon.Judge(open, fillSequence: 10)); // the link was not rewritten yet
        Assert.Equal(Coverage.None, horizon.Judge(open with { OwnerEpoch = 4 }, fillSequence: 10));
        Assert.Equal(Coverage.None, horizon.Judge(Swans,
            fillSequence: 10)); // private: the token carries the epoch
        Assert.Equal(Coverage.None, horizon.Judge(open with { Owner = "bob" }, fillSequence: 9));
    }

    [Fact]
    [Trait("Requirement", "R024")]
    public void An_owners_epoch_refuses_older_tokens_and_never_goes_back()
    {
        var horizon = new InvalidationHorizon();

        horizon.Apply(new Invalidation(10, Noon, InvalidationKind.Owner, "alice", Epoch: 4));
        horizon.Apply(new Invalidation(11, Noon, InvalidationKind.Owner, "alice", Epoch: 2));

        Assert.Equal(GrantCoverage.OwnerEpoch, horizon.JudgeGrant(Token, Swans));
        Assert.Equal(GrantCoverage.None, horizon.JudgeGrant(Token with { OwnerEpoch = 4 }, Swans));
        Assert.True(horizon.OwnerEpochCovers("alice", 3));
        Assert.False(horizon.OwnerEpochCovers("alice", 4));
        Assert.False(horizon.OwnerEpochCovers("bob", 0));
    }

    [Fact]
    public void A_valid_token_with_a_higher_epoch_teaches_it()
    {
        var horizon = new InvalidationHorizon();

        horizon.LearnOwnerEpoch("alice", 4);
        horizon.LearnOwnerEpoch("alice", 3);

        Assert.Equal(4, horizon.OwnerEpochOf("alice"));
        Assert.Equal(0, horizon.Sequence);
    }

    [Fact]
    public void Revoked_viewers_tokens_and_keys_are_refused_whatever_the_object()
    {
        var viewer = new InvalidationHorizon();
        viewer.Apply(new Invalidation(1, Noon, InvalidationKind.Viewer, "viewer-9"));
        var id = new InvalidationHorizon();
        id.Apply(new Invalidation(1, Noon, InvalidationKind.Token, "jti-7"));
        var key = new InvalidationHorizon();
        key.Apply(new Invalidation(1, Noon, InvalidationKind.Key, "es-1"));

        Assert.Equal(GrantCoverage.Viewer, viewer.JudgeGrant(Token, Swans));
        Assert.Equal(GrantCoverage.Viewer, viewer.JudgeGrant(Token with { IssuedAt = Noon.AddSeconds(4) },
            Swans));
        Assert.Equal(GrantCoverage.None, viewer.JudgeGrant(Token with { IssuedAt = Noon.AddSeconds(5) },
            Swans));
        Assert.Equal(GrantCoverage.TokenId, id.JudgeGrant(Token with { IssuedAt = Noon.AddDays(1) }, Swans));
        Assert.Equal(GrantCoverage.Key, key.JudgeGrant(Token with { IssuedAt = Noon.AddDays(1) }, Swans));
        Assert.Equal(GrantCoverage.None, key.JudgeGrant(Token with { KeyId = "es-2" }, Swans));
    }

    [Fact]
    [Trait("Requirement", "R023")]
    public void A_tag_closes_private_objects_to_tokens_minted_before_it_but_not_when_it_is_soft()
    {
        var horizon = new InvalidationHorizon();
        horizon.Apply(new Invalidation(1, Noon.AddSeconds(-60), InvalidationKind.Tag, "album:2", Soft: true));
        var soft = horizon.JudgeGrant(Token with { IssuedAt = Noon.AddSeconds(-90) }, Swans);

        horizon.Apply(new Invalidation(2, Noon, InvalidationKind.Tag, "photo:1"));

        Assert.Equal(GrantCoverage.None, soft);
        Assert.Equal(GrantCoverage.Tag,
            horizon.JudgeGrant(Token with { IssuedAt = Noon.AddMilliseconds(-1) }, Swans));
        Assert.Equal(GrantCoverage.None, horizon.JudgeGrant(Token, Swans));
        Assert.Equal(GrantCoverage.None,
            horizon.JudgeGrant(Token with { IssuedAt = Noon.AddSeconds(-1) },
                Swans with { IsPrivate = false }));
        Assert.Equal(GrantCoverage.Tag,
            horizon.JudgeGrant(Token with { IssuedAt = Noon.AddSeconds(-1), Tags = ["photo:1"] },
                Swans with { Tags = [] }));
    }

    [Fact]
    public void A_kind_of_a_newer_version_covers_everything()
    {
        var horizon = new InvalidationHorizon();

        horizon.Apply(new Invalidation(10, Noon, (InvalidationKind)77, "whatever"));

        Assert.Equal(Coverage.Hard, horizon.Judge(Swans, 9));
    }

    [Fact]
    public void A_million_owners_take_forty_megabytes_and_none_is_lost()
    {
        var horizon = new InvalidationHorizon();
        const int Owners = 1_000_000;

        for (var owner = 0; owner < Owners; owner++)
        {
            horizon.Apply(new Invalidation(owner + 1, Noon, InvalidationKind.Owner, $"owner-{owner}",
                Epoch: owner + 1));
        }

        Assert.InRange(horizon.Bytes, 1, 40L << 20);
        for (var owner = 0; owner < Owners; owner += 997)
        {
            Assert.Equal(owner + 1, horizon.OwnerEpochOf($"owner-{owner}"));
        }
        Assert.Equal(Owners, horizon.Count);
    }

    [Fact]
    public void Judging_allocates_nothing()
    {
        var horizon = new InvalidationHorizon();
        horizon.Apply(new Invalidation(1, Noon, InvalidationKind.Url, "/x"));
        horizon.Apply(new Invalidation(2, Noon, InvalidationKind.Prefix, "/alice/x/"));
        horizon.Apply(new Invalidation(3, Noon, InvalidationKind.Tag, "t"));
        horizon.Apply(new Invalidation(4, Noon, InvalidationKind.Owner, "bob", Epoch: 4));
        var (facts, grant) = (Swans, Token);
        horizon.Judge(facts, 0);
        horizon.JudgeGrant(grant, facts);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            horizon.Judge(facts, 0);
            horizon.JudgeGrant(grant, facts);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Readers_never_miss_what_is_covered_while_tables_grow_and_forget()
    {
        var options = new HorizonOptions { TagsMax = 64 };
        var horizon = new InvalidationHorizon(options);
        var applied = 0L;
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var missed = 0;
            while (!stop.IsCancellationRequested)
            {
                var last = Volatile.Read(ref applied);
                if (last > 0)
                {
                    var facts = Swans with { Tags = [$"t{last}"] };
                    missed += horizon.Judge(facts, last - 1) == Coverage.Hard ? 0 : 1;
                    var first = Swans with { Tags = ["t1"] };
                    missed += horizon.Judge(first, 0) == Coverage.Hard ? 0 : 1;
                }
            }
            return missed;
        });

        for (var sequence = 1L; sequence <= 100_000; sequence++)
        {
            horizon.Apply(new Invalidation(sequence, Noon, InvalidationKind.Tag, $"t{sequence}"));
            Volatile.Write(ref applied, sequence);
        }
        await stop.CancelAsync();

        Assert.Equal(0, await reader);
    }
}
