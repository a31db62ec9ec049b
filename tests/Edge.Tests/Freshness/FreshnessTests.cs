using System.Collections.Frozen;
using CsCheck;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using static Flickr.Edge.Tests.Freshness.Answers;

namespace Flickr.Edge.Tests.Freshness;

/// <summary>
/// Groups cc-freshness, cc-parse, age-parse, expires, expires-parse, stale and cc-request of http-caching.md.
/// </summary>
public sealed class FreshnessTests
{
    [Theory]
    [InlineData("max-age=3600", true)]
    [InlineData("max-age=0", false)]
    [InlineData("max-age=2147483647", true)]
    [InlineData("max-age=2147483648", true)]
    [InlineData("max-age=99999999999999999999999", true)]
    [InlineData("max-age=-3600", false)]
    [InlineData("MaX-aGe=3600", true)]
    [InlineData("foobar, max-age=3600", true)]
    [InlineData("max-age=3600, foo=\"bar, no-store\"", true)]
    [InlineData("s-maxage=3600", true)]
    [InlineData("max-age=3600, s-maxage=1", false)]
    [InlineData("s-maxage=1, max-age=3600", false)]
    [InlineData("max-age=1, s-maxage=3600", true)]
    [InlineData("max-age=0, s-maxage=3600", true)]
    [InlineData("max-age=\"3600\"", true)]
    [InlineData("max-age='3600'", false)]
    [InlineData("extension=\"max-age=3600\", max-age=1", false)]
    [InlineData("max-age=1, extension=\"max-age=3600\"", false)]
    [InlineData("extension=\"max-age=3600\", max-age=\"1\"", false)]
    [InlineData("max-age=003600", true)]
    [InlineData("max-age=3600.0", false)]
    [InlineData("max-age =3600", false)]
    [InlineData("max-age= 3600", false)]
    [InlineData("max-age=a3600", false)]
    [InlineData("max-age=3600a", false)]
    [InlineData("max-age", false)]
    [InlineData("max-age=3600, max-age=1", true)]
    [InlineData("max-age=1, max-age=3600", false)]
    [InlineData("max-age=3600, no-cache", false)]
    [InlineData("max-age=3600, No-StOrE", false)]
    [InlineData("private, max-age=3600", false)]
    [InlineData("max-age=3600, private=\"set-cookie\"", true)]
    [InlineData("max-age=3600, private=\"bad name\"", false)]
    public void Cache_Control_gives_the_lifetime(string cacheControl, bool isReused) =>
        Assert.Equal(isReused, IsReused(("Cache-Control", cacheControl)));

    [Fact]
    public void An_answer_without_lifetime_and_validator_is_not_stored()
    {
        Assert.Equal(NoStoreReason.NoFreshness, Store().Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(("Cache-Control", "max-age=0")).Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(("Cache-Control", "no-cache, max-age=60")).Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(("Last-Modified", "0")).Reason);
        Assert.Equal(ReuseVerdict.Stale, After(0, ("ETag", "\"a\"")));
        Assert.Equal(ReuseVerdict.Stale, After(0, ("Cache-Control", "max-age=0"),
            ("Last-Modified", At(-10))));
        Assert.Equal(ReuseVerdict.MustRevalidate, After(0, ("Cache-Control", "no-cache"), ("ETag", "\"a\"")));
    }

    [Fact]
    public void A_site_may_give_lifetimes_to_answers_that_name_none_but_never_to_those_that_do()
    {
        var rules = new StoreRules
        {
            DefaultFreshFor = TimeSpan.FromSeconds(60),
            NegativeFreshFor = new Dictionary<int,
                TimeSpan> { [404] = TimeSpan.FromSeconds(2) }.ToFrozenDictionary(),
        };

        Assert.Equal(FreshnessSource.SiteDefault, Store(200, rules, Get).Lifetimes.Source);
        Assert.Equal(TimeSpan.FromSeconds(2), Store(404, rules, Get).Lifetimes.FreshFor);
        Assert.Equal(NoStoreReason.NoFreshness, Store(500, rules, Get).Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(200, rules, Get, ("Cache-Control", "max-age=0"))
            .Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(200, rules, Get, ("Cache-Control", "no-cache")).Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(200, rules, Get, ("Expires", "0")).Reason);
        Assert.Equal(NoStoreReason.NoFreshness, Store(404, rules, Get, ("Cache-Control", "max-age=banana"))
            .Reason);
    }

    [Theory]
    [InlineData(2592000, 0, null, true)]
    [InlineData(-2592000, 0, null, false)]
    [InlineData(0, 0, null, false)]
    [InlineData(300, 400, null, false)]
    [InlineData(10, -10, "25", false)]
    [InlineData(20, 10, "15", false)]
    [InlineData(20, 10, "3", true)]
    public void Expires_minus_Date_gives_the_lifetime_whatever_the_clocks(int expires, int date, string? age,
        bool isReused)
    {
        (string, string)[] fields = [("Expires", At(expires)), ("Date", At(date))];

        Assert.Equal(isReused, IsReused(age is null ? fields : [.. fields, ("Age", age)]));
    }

    [Fact]
    public void Expires_counts_only_where_Cache_Control_names_no_lifetime()
    {
        Assert.True(IsReused(("Cache-Control", "max-age=3600"), ("Expires", At(-7200)), ("Date", At(0))));
        Assert.True(IsReused(("Cache-Control", "max-age=3600"), ("Expires", "0"), ("Date", At(0))));
        Assert.False(IsReused(("Cache-Control", "max-age=0"), ("Expires", At(3600)), ("Date", At(0))));
        Assert.True(IsReused(("Expires", At(10)), ("Date", "foo")));
        Assert.False(IsReused(("Expires", "0"), ("Date", At(0))));
        Assert.False(IsReused(("Expires", "Thu, 18 Aug 2050 02:01:18 GMT"),
            ("Expires", "Thu, 18 Aug 2050 02:01:18 GMT")));
    }

    [Theory]
    [InlineData("7200", false, false)]
    [InlineData("0", true, true)]
    [InlineData("abc", true, false)]
    [InlineData("-7200", true, false)]
    [InlineData("7200.0", true, false)]
    [InlineData("7200,0", false, false)]
    [InlineData("0,7200", true, true)]
    [InlineData("0, 0", true, false)]
    [InlineData("99999999999999999999", false, false)]
    [InlineData("7200;foo=bar", true, false)]
    public void Age_counts_by_its_first_member_and_is_ignored_or_taken_as_stale_when_malformed(string age,
        bool isReused,
        bool isReusedByStrictSite)
    {
        (string, string)[] fields = [("Date", At(0)), ("Cache-Control", "max-age=3600"), ("Age", age)];

        Assert.Equal(isReused, IsReused(fields));
        Assert.Equal(isReusedByStrictSite,
            After(3, Rules with { MalformedAge = MalformedAge.Stale }, Get, fields) == ReuseVerdict.Fresh);
    }

    [Fact]
    public void Two_lines_of_Age_make_an_answer_stale_on_a_strict_site_whatever_they_say()
    {
        (string, string)[] fields = [("Date", At(0)), ("Cache-Control", "max-age=3600"), ("Age", "0"), ("Age", "7200")];

        Assert.True(IsReused(fields));
        Assert.NotEqual(ReuseVerdict.Fresh,
            After(3, Rules with { MalformedAge = MalformedAge.Stale }, Get, fields));
    }

    [Fact]
    public void A_slow_origin_clock_and_a_slow_way_make_an_answer_older()
    {
        Assert.False(IsReused(("Date", At(-7200)), ("Cache-Control", "max-age=3600")));

        var decision = Storability.Judge(Get, 200, HeaderBlock.Of(("Date", At(0)),
            ("Cache-Control", "max-age=60"), ("Age", "5")),
            Rules, Now.AddSeconds(-4), Now.AddMilliseconds(900));

        Assert.Equal(TimeSpan.FromSeconds(9.9), decision.Lifetimes.InitialAge);
    }

    [Fact]
    public void Grace_and_error_windows_end_when_they_say()
    {
        (string,
            string)[] fields = [("Cache-Control",
            "max-age=10, stale-while-revalidate=20, stale-if-error=100")];
        var head = Head(Rules, fields);

        Assert.Equal(ReuseVerdict.Fresh, After(9.999, fields));
        Assert.Equal(ReuseVerdict.StaleWhileRevalidate, After(10, fields));
        Assert.Equal(ReuseVerdict.StaleWhileRevalidate, After(29.999, fields));
        Assert.Equal(ReuseVerdict.Stale, After(30, fields));
        Assert.True(StaleOnError.May(head, Get, OriginFailure.ServerError, Rules, Now.AddSeconds(109.9)));
        Assert.False(StaleOnError.May(head, Get, OriginFailure.ServerError, Rules, Now.AddSeconds(110)));
    }

    [Theory]
    [InlineData("max-age=2", true, false)]
    [InlineData("max-age=2, stale-if-error=60", true, true)]
    [InlineData("max-age=2, must-revalidate, stale-if-error=60", false, false)]
    [InlineData("max-age=2, proxy-revalidate, stale-if-error=60", false, false)]
    [InlineData("max-age=2, s-maxage=2, stale-if-error=60", false, false)]
    public void A_dead_origin_is_stood_in_for_unless_the_answer_forbids_it(string cacheControl,
        bool whenUnreachable, bool on503)
    {
        var rules = Rules with { StaleWhenUnreachable = TimeSpan.FromHours(1) };
        var head = Head(rules, ("Cache-Control", cacheControl), ("ETag", "\"a\""));
        var later = Now.AddSeconds(5);

        Assert.Equal(whenUnreachable, StaleOnError.May(head, Get, OriginFailure.Unreachable, rules, later));
        Assert.Equal(whenUnreachable, StaleOnError.May(head, Get, OriginFailure.Timeout, rules, later));
        Assert.Equal(on503, StaleOnError.May(head, Get, OriginFailure.ServerError, rules, later));
        Assert.Equal(on503, StaleOnError.May(head, Get, OriginFailure.Slow, rules, later));
    }

    [Fact]
    public void No_cache_is_never_served_without_asking_even_when_the_origin_is_gone()
    {
        var rules = Rules with { StaleWhenUnreachable = TimeSpan.FromHours(1) };
        var head = Head(rules, ("Cache-Control", "max-age=2, no-cache"), ("ETag", "\"a\""));

        Assert.False(StaleOnError.May(head, Get, OriginFailure.Unreachable, rules, Now.AddSeconds(5)));
    }

    [Theory]
    [InlineData("no-cache", 3, nameof(ReuseVerdict.Stale))]
    [InlineData("max-age=0", 3, nameof(ReuseVerdict.Stale))]
    [InlineData("max-age=2", 3, nameof(ReuseVerdict.Stale))]
    [InlineData("max-age=4", 3, nameof(ReuseVerdict.Fresh))]
    [InlineData("min-fresh=98", 3, nameof(ReuseVerdict.Stale))]
    [InlineData("min-fresh=90", 3, nameof(ReuseVerdict.Fresh))]
    [InlineData("max-stale=10", 105, nameof(ReuseVerdict.StaleWhileRevalidate))]
    [InlineData("max-stale", 100_000, nameof(ReuseVerdict.StaleWhileRevalidate))]
    [InlineData("max-stale=10", 111, nameof(ReuseVerdict.Stale))]
    [InlineData("max-stale=x", 105, nameof(ReuseVerdict.Stale))]
    [InlineData("nothing-to-see-here", 3, nameof(ReuseVerdict.Fresh))]
    public void The_wishes_of_a_request_count_only_where_the_site_listens(string wishes, double seconds,
        string verdict)
    {
        var request = Get with { Directives = RequestDirectives.Parse(wishes, null) };
        (string, string)[] fields = [("Cache-Control", "max-age=100"), ("ETag", "\"a\"")];

        Assert.Equal(Enum.Parse<ReuseVerdict>(verdict),
            After(seconds, Rules with { HonoursRequestDirectives = true }, request, fields));
        Assert.Equal(seconds < 100 ? ReuseVerdict.Fresh : ReuseVerdict.Stale,
            After(seconds, Rules, request, fields));
    }

    [Fact]
    public void Pragma_counts_only_without_Cache_Control()
    {
        Assert.True(RequestDirectives.Parse(null, "No-Cache").NoCache);
        Assert.False(RequestDirectives.Parse("max-age=1", "no-cache").NoCache);
        Assert.False(RequestDirectives.Parse(null, "foo").NoCache);
        Assert.True(RequestDirectives.Parse("foo, only-if-cached, no-store", null) is { OnlyIfCached: true,
            NoStore: true });
    }

    [Fact]
    public void Freshness_arithmetic_holds_for_all_times() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 10_000], Gen.Int[-5_000, 5_000], Gen.Int[0, 5_000],
        Gen.Int[0, 20_000], Gen.Int[0, 5_000])
            .Sample((maxAge, age, dateOffset, delay, later, grace) =>
            {
                var answer = HeaderBlock.Of(("Cache-Control",
                    $"max-age={maxAge}, stale-while-revalidate={grace}"), ("Age", $"{age}"),
                    ("Date", At(dateOffset)), ("ETag", "\"a\""));
                var decision = Storability.Judge(Get, 200, answer, Rules, Now.AddSeconds(-delay), Now);
                var head = Storability.HeadToStore(200, answer, Rules, decision.Lifetimes,
                    Now.AddSeconds(-delay), Now);

                var judged = Reuse.Judge(head, Get, Rules, Now.AddSeconds(later));

                var expectedAge = Math.Max(age + delay, Math.Max(0, -dateOffset)) + later;
                Assert.Equal(expectedAge, judged.Age.TotalSeconds);
                Assert.Equal(maxAge - expectedAge, judged.Ttl.TotalSeconds);
                Assert.Equal(expectedAge < maxAge ? ReuseVerdict.Fresh
                    : expectedAge - maxAge < grace ? ReuseVerdict.StaleWhileRevalidate : ReuseVerdict.Stale,
                    judged.Verdict);
            });

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_fields_are_judged_and_never_throw() =>
        Gen.Select(
            Gen.OneOf("Cache-Control", "CDN-Cache-Control", "Expires", "Age", "Date", "Last-Modified",
            "Vary", "ETag"),
            Gen.OneOf(
                Gen.String[Gen.OneOf(Gen.Char[' ', '\u00ff'], Gen.OneOf('"', ',', '=', '9')), 0, 40],
                Gen.OneOf("max-age=9", "s-maxage=\"1\"", "Sun, 06 Nov 1994 08:49:37 GMT",
                    "Thursday, 31-Dec-99 23:59:60 GMT",
                    "Mon, 01 Jan 9999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "9999999999999999999",
                    "private=\"a,b\""))).Array[0, 6]
            .Sample(fields =>
            {
                var head = Head(Rules with { Heuristics = true,
                    DefaultStaleIfError = TimeSpan.FromDays(30) }, fields);
                Reuse.Judge(head, Get, Rules, DateTimeOffset.MaxValue);
                Reuse.Judge(head, Get, Rules, DateTimeOffset.MinValue);
                var bytes = new byte[head.ByteCount];
                head.WriteTo(bytes);
                Assert.NotNull(StoredHead.ReadFrom(bytes, out _));
            }, iter: 20_000, time: Fuzz.Seconds);

    [Fact]
    public void Judging_a_hit_allocates_nothing()
    {
        var head = Head(Rules, ("Cache-Control", "max-age=100, stale-while-revalidate=5"), ("ETag", "\"a\""));
        var request = Get;
        Reuse.Judge(head, request, Rules, Now);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1000; turn++)
        {
            Reuse.Judge(head, request, Rules, Now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
