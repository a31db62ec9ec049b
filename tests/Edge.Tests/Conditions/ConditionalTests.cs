using CsCheck;
using Flickr.Edge.Conditions;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Tests.Conditions;

/// <summary>Groups conditional-lm and conditional-inm of http-caching.md.</summary>
public sealed class ConditionalTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("\"a\"", "\"a\"", true)]
    [InlineData("\"a\"", "W/\"a\"", true)]
    [InlineData("W/\"a\"", "W/\"a\"", true)]
    [InlineData("\"a\"", "\"b\", \"a\", \"c\"", true)]
    [InlineData("\"a\"", "\"b,a\"", false)]
    [InlineData("\"a\"", "*", true)]
    [InlineData("\"a\"", "a", false)]
    [InlineData("\"abcdef\u00fc\"", "\"abcdef\u00fc\"", true)]
    [InlineData("\"a\"", "w/\"a\"", false)]
    [InlineData(null, "\"a\"", false)]
    public void If_None_Match_compares_weakly(string? stored, string condition, bool isNotModified) =>
        Assert.Equal(isNotModified ? ConditionVerdict.NotModified : ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfNoneMatch = condition }, Head(tag: stored)));

    [Fact]
    public void If_None_Match_goes_before_If_Modified_Since()
    {
        var head = Head(tag: "\"a\"", lastModified: Now.AddSeconds(-5000));

        Assert.Equal(ConditionVerdict.NotModified,
            Conditional.Judge(Get() with { IfNoneMatch = "\"a\"",
            IfModifiedSince = HttpDate.Format(Now.AddDays(-1)) }, head));
        Assert.Equal(ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfNoneMatch = "\"b\"", IfModifiedSince = HttpDate.Format(Now) },
            head));
    }

    [Theory]
    [InlineData(-3000, true)]
    [InlineData(-2000, true)]
    [InlineData(-3001, false)]
    public void If_Modified_Since_compares_with_Last_Modified(int seconds, bool isNotModified) =>
        Assert.Equal(isNotModified, Conditional.Judge(
            Get() with { IfModifiedSince = HttpDate.Format(Now.AddSeconds(seconds)) },
            Head(lastModified: Now.AddSeconds(-3000))) == ConditionVerdict.NotModified);

    [Fact]
    public void Without_Last_Modified_the_Date_stands_in_and_without_that_the_time_of_arrival()
    {
        var dated = new StoredHead(200, HeaderBlock.Of(("Date", HttpDate.Format(Now.AddSeconds(-10)))), Now,
            Now, default);
        var bare = new StoredHead(200, HeaderBlock.Empty, Now, Now, default);

        Assert.Equal(ConditionVerdict.NotModified,
            Conditional.Judge(Get() with { IfModifiedSince = HttpDate.Format(Now) }, dated));
        Assert.Equal(ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfModifiedSince = HttpDate.Format(Now.AddSeconds(-11)) }, dated));
        Assert.Equal(ConditionVerdict.NotModified,
            Conditional.Judge(Get() with { IfModifiedSince = HttpDate.Format(Now) }, bare));
        Assert.Equal(ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfModifiedSince = "yesterday" }, bare));
    }

    [Fact]
    public void If_Match_compares_strongly_and_goes_first()
    {
        var head = Head(tag: "\"a\"", lastModified: Now.AddSeconds(-100));

        Assert.Equal(ConditionVerdict.Proceed, Conditional.Judge(Get() with { IfMatch = "\"a\"" }, head));
        Assert.Equal(ConditionVerdict.PreconditionFailed,
            Conditional.Judge(Get() with { IfMatch = "W/\"a\"" }, head));
        Assert.Equal(ConditionVerdict.PreconditionFailed,
            Conditional.Judge(Get() with { IfMatch = "\"b\"", IfNoneMatch = "\"a\"" }, head));
        Assert.Equal(ConditionVerdict.NotModified,
            Conditional.Judge(Get() with { IfMatch = "*", IfNoneMatch = "\"a\"",
            IfUnmodifiedSince = "nonsense" }, head));
        Assert.Equal(ConditionVerdict.PreconditionFailed,
            Conditional.Judge(Get() with { IfUnmodifiedSince = HttpDate.Format(Now.AddSeconds(-101)) },
            head));
        Assert.Equal(ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfUnmodifiedSince = HttpDate.Format(Now.AddSeconds(-100)) },
            head));
    }

    [Fact]
    public void Only_a_success_is_judged() =>
        Assert.Equal(ConditionVerdict.Proceed,
            Conditional.Judge(Get() with { IfNoneMatch = "\"a\"" },
            Head(tag: "\"a\"") with { Status = 404 }));

    [Fact]
    public void A_stale_answer_is_asked_about_with_what_the_origin_gave()
    {
        Assert.Equal($"If-None-Match: W/\"a\"\nIf-Modified-Since: {HttpDate.Format(Now)}",
            Conditional.ForRevalidation(Head(tag: "W/\"a\"", lastModified: Now)).ToString());
        Assert.Empty(Conditional.ForRevalidation(new StoredHead(200, HeaderBlock.Of(("Last-Modified", "0")),
            Now, Now, default)));
    }

    [Fact]
    public void A_304_carries_the_tag_and_not_the_fields_of_a_body()
    {
        var head = new StoredHead(200, HeaderBlock.Of(("ETag", "\"a\""), ("Content-Length", "3"),
            ("Content-Type", "image/png"),
            ("Cache-Control", "max-age=1"), ("Content-Location", "/a"), ("Vary", "Accept")), Now, Now,
                default);

        Assert.Equal("ETag: \"a\"\nCache-Control: max-age=1\nContent-Location: /a\nVary: Accept",
            Conditional.HeadersOf304(head).ToString());
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_condition_is_judged_and_never_throws() =>
        Gen.String[Gen.OneOf(Gen.Char['\u0001', '\u00ff'], Gen.OneOf('"', ',', 'W', '/', '*')), 0,
        30].Sample(text =>
            Conditional.Judge(Get() with { IfNoneMatch = text, IfMatch = text, IfModifiedSince = text,
            IfUnmodifiedSince = text },
                Head(tag: text)), iter: 20_000, time: Fuzz.Seconds);

    private static RequestFacts Get() => new() { Method = "GET" };

    private static StoredHead Head(string? tag = null, DateTimeOffset? lastModified = null)
    {
        var headers = HeaderBlock.Of(("Date", HttpDate.Format(Now)));
        headers = tag is null ? headers : headers.With("ETag", tag);
        headers = lastModified is { } date ? headers.With("Last-Modified", HttpDate.Format(date)) : headers;
        return new StoredHead(200, headers, Now, Now, default);
    }
}
