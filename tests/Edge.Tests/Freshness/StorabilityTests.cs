using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using static Flickr.Edge.Tests.Freshness.Answers;

namespace Flickr.Edge.Tests.Freshness;

/// <summary>
/// Groups cc-response, heuristic, status, auth, headers, partial and cdn-cache-control of http-caching.md.
/// </summary>
public sealed class StorabilityTests
{
    private static readonly StoreRules Guessing = Rules with { Heuristics = true };

    public static TheoryData<int> Statuses() =>
        [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599];

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Every_final_status_is_stored_while_it_is_said_to_be_fresh(int status)
    {
        Assert.True(Store(status, Rules, Get, ("Expires", At(100)), ("Date", At(0))).IsStored);
        Assert.False(Store(status, Rules, Get, ("Expires", At(-100)), ("Date", At(0))).IsStored);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(103)]
    [InlineData(304)]
    [InlineData(600)]
    [InlineData(999)]
    public void A_status_that_is_no_final_answer_is_not_stored(int status) =>
        Assert.Equal(NoStoreReason.Status, Store(status, Rules, Get, ("Cache-Control", "max-age=60")).Reason);

    [Fact]
    public void Must_understand_keeps_unknown_statuses_out_and_lets_known_ones_past_no_store()
    {
        (string, string) field = ("Cache-Control", "max-age=3600, must-understand, no-store");

        Assert.Equal(NoStoreReason.Status, Store(599, Rules, Get, field).Reason);
        Assert.True(Store(200, Rules, Get, field).IsStored);
        Assert.Equal(NoStoreReason.Status, Store(299, Rules, Get,
            ("Cache-Control", "max-age=3600, must-understand")).Reason);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(203, true)]
    [InlineData(204, true)]
    [InlineData(404, true)]
    [InlineData(405, true)]
    [InlineData(410, true)]
    [InlineData(414, true)]
    [InlineData(501, true)]
    [InlineData(201, false)]
    [InlineData(202, false)]
    [InlineData(403, false)]
    [InlineData(502, false)]
    [InlineData(503, false)]
    [InlineData(504, false)]
    [InlineData(599, false)]
    public void Only_some_statuses_get_a_guessed_lifetime(int status, bool isGuessed)
    {
        var decision = Store(status, Guessing, Get, ("Last-Modified", At(-86400)), ("Date", At(0)));

        Assert.Equal(isGuessed ? TimeSpan.FromSeconds(8640) : TimeSpan.Zero, decision.Lifetimes.FreshFor);
    }

    [Fact]
    public void A_guess_needs_the_site_and_a_date_and_has_an_end()
    {
        Assert.Equal(TimeSpan.Zero, Store(("Last-Modified", At(-86400)), ("Date", At(0))).Lifetimes.FreshFor);
        Assert.Equal(FreshnessSource.Heuristic,
            Store(599, Guessing, Get, ("Last-Modified", At(-86400)), ("Cache-Control", "public"))
            .Lifetimes.Source);
        Assert.Equal(TimeSpan.FromDays(1), Store(200, Guessing, Get, ("Last-Modified", At(-1e9)))
            .Lifetimes.FreshFor);
        Assert.Equal(TimeSpan.Zero, Store(200, Guessing, Get, ("Last-Modified", At(50))).Lifetimes.FreshFor);
        Assert.Equal(FreshnessSource.None,
            Store(200, Guessing, Get, ("Last-Modified", At(-86400)), ("Cache-Control", "no-cache"))
            .Lifetimes.Source);
    }

    [Theory]
    [InlineData("max-age=60", nameof(NoStoreReason.Authorization))]
    [InlineData("max-age=60, public", nameof(NoStoreReason.None))]
    [InlineData("max-age=60, must-revalidate", nameof(NoStoreReason.None))]
    [InlineData("s-maxage=60", nameof(NoStoreReason.None))]
    [InlineData("max-age=60, proxy-revalidate", nameof(NoStoreReason.Authorization))]
    public void An_answer_to_an_authorised_request_is_shared_only_when_it_says_so(string cacheControl,
        string reason) =>
        Assert.Equal(Enum.Parse<NoStoreReason>(reason),
            Store(200, Rules, Get with { HasAuthorization = true }, ("Cache-Control", cacheControl)).Reason);

    [Fact]
    public void Only_answers_to_GET_are_stored()
    {
        Assert.Equal(NoStoreReason.Method, Store(200, Rules, new RequestFacts { Method = "POST" },
            ("Cache-Control", "max-age=60")).Reason);
        Assert.Equal(NoStoreReason.Method, Store(200, Rules, new RequestFacts { Method = "HEAD" },
            ("Cache-Control", "max-age=60")).Reason);
    }

    [Fact]
    public void No_store_of_the_request_counts_only_where_the_site_listens()
    {
        var request = Get with { Directives = RequestDirectives.Parse("no-store", null) };

        Assert.True(Store(200, Rules, request, ("Cache-Control", "max-age=60")).IsStored);
        Assert.Equal(NoStoreReason.RequestNoStore,
            Store(200, Rules with { HonoursRequestDirectives = true }, request,
            ("Cache-Control", "max-age=60")).Reason);
    }

    [Theory]
    [InlineData(nameof(SetCookiePolicy.Refuse), nameof(NoStoreReason.SetCookie), null)]
    [InlineData(nameof(SetCookiePolicy.Strip), nameof(NoStoreReason.None), null)]
    [InlineData(nameof(SetCookiePolicy.Store), nameof(NoStoreReason.None), "a=b")]
    public void Cookies_are_stored_as_the_site_says(string policy, string reason, string? kept)
    {
        var rules = Rules with { SetCookie = Enum.Parse<SetCookiePolicy>(policy) };
        (string, string)[] fields = [("Cache-Control", "max-age=60"), ("Set-Cookie", "a=b")];

        var decision = Store(200, rules, Get, fields);
        Assert.Equal(Enum.Parse<NoStoreReason>(reason), decision.Reason);
        if (decision.IsStored)
        {
            Assert.Equal(kept, Head(rules, fields).Headers.First("Set-Cookie"));
        }
        Assert.True(Store(200, rules, Get, ("Cache-Control", "max-age=60, no-cache=\"Set-Cookie\""),
            ("Set-Cookie", "a=b")).IsStored);
    }

    [Fact]
    public void A_stored_head_holds_everything_but_what_ends_here()
    {
        var head = Head(Rules, ("Cache-Control", "max-age=3600, no-cache=\"a, b\", private=\"p\""),
            ("a", "1"), ("b", "2"), ("c", "3"),
            ("p", "4"), ("Connection", "d"), ("d", "5"), ("Age", "7"), ("Keep-Alive", "x"),
                ("Content-MD5", "x"), ("Date", At(0)));

        Assert.Equal($"Cache-Control: max-age=3600, no-cache=\"a, b\", private=\"p\"\nc: 3\nContent-MD5: x\nDate: {At(0)}",
            head.Headers.ToString());
        Assert.Equal(TimeSpan.FromSeconds(7), head.Lifetimes.InitialAge);
    }

    [Fact]
    public void A_part_is_stored_only_where_the_site_stores_parts_and_its_place_is_known()
    {
        var rules = Rules with { StoresPartial = true };
        (string, string) fresh = ("Cache-Control", "max-age=60");

        Assert.Equal(NoStoreReason.Partial, Store(206, Rules, Get, fresh, ("Content-Range", "bytes 0-4/10"))
            .Reason);
        Assert.True(Store(206, rules, Get, fresh, ("Content-Range", "bytes 0-4/10")).IsStored);
        Assert.Equal(NoStoreReason.Partial, Store(206, rules, Get, fresh, ("Content-Range", "bytes 0-4/*"))
            .Reason);
        Assert.Equal(NoStoreReason.Partial, Store(206, rules, Get, fresh).Reason);
        Assert.Equal(NoStoreReason.Partial, Store(206, rules, Get, fresh, ("Content-Range", "bytes 0-4/10"),
            ("Content-Type", "multipart/byteranges; boundary=x")).Reason);
    }

    [Fact]
    public void A_star_in_Vary_is_not_stored() =>
        Assert.Equal(NoStoreReason.VaryStar, Store(("Cache-Control", "max-age=60"), ("Vary", "Foo"),
        ("Vary", "*")).Reason);

    [Theory]
    [InlineData("max-age=3600", "no-store", true)]
    [InlineData("max-age=2147483648", null, true)]
    [InlineData("max-age=0", "max-age=3600", false)]
    [InlineData("max-age=3600", "max-age=0", true)]
    [InlineData("max-age=1", "max-age=3600", false)]
    [InlineData("private", "max-age=10000", false)]
    [InlineData("no-cache", "max-age=10000", false)]
    [InlineData("no-store", "max-age=10000", false)]
    [InlineData("foobar, max-age=3600", null, true)]
    [InlineData("max-age=10000, &&&&&", "no-store", false)]
    [InlineData("max-age=10000, &&&&&", "max-age=60", true)]
    [InlineData("max-age=\"10000\"", "no-store", false)]
    [InlineData("max-age=10000;x=1", "no-store", true)]
    [InlineData("MaX-aGe=3600", "no-store", false)]
    [InlineData("max-age =100", "max-age=1", false)]
    [InlineData("max-age= 100", "max-age=1", false)]
    [InlineData("", "max-age=60", true)]
    [InlineData("max-age=-5", "max-age=60", false)]
    public void CDN_Cache_Control_overrides_and_is_ignored_as_a_whole_when_malformed(string targeted,
        string? cacheControl, bool isReused)
    {
        List<(string, string)> fields = [("CDN-Cache-Control", targeted), ("Date", At(0))];
        if (cacheControl is not null)
        {
            fields.Add(("Cache-Control", cacheControl));
        }

        Assert.Equal(isReused, IsReused([.. fields]));
    }

    [Fact]
    public void A_targeted_field_overrides_Expires_and_the_sites_own_name_goes_first()
    {
        Assert.True(IsReused(("CDN-Cache-Control", "max-age=3600"), ("Expires", At(-10000)),
            ("Date", At(0))));
        Assert.False(IsReused(("CDN-Cache-Control", "max-age=0"), ("Expires", At(10000)), ("Date", At(0))));
        Assert.False(IsReused(("CDN-Cache-Control", "foo"), ("Expires", At(10000)), ("Date", At(0))));
        Assert.False(IsReused(("CDN-Cache-Control", "max-age=3600"), ("Age", "7200"), ("Date", At(0))));

        var rules = Rules with { TargetedField = "Flickr-Cache-Control" };
        Assert.Equal(TimeSpan.FromSeconds(7), Store(200, rules, Get, ("CDN-Cache-Control", "max-age=3600"),
            ("Flickr-Cache-Control", "max-age=7, stale-if-error=9")).Lifetimes.FreshFor);
        Assert.Equal(TimeSpan.FromSeconds(3600), Store(200, rules, Get, ("CDN-Cache-Control", "max-age=3600"),
            ("Flickr-Cache-Control", "max-age")).Lifetimes.FreshFor + TimeSpan.FromSeconds(3600));
    }
}
