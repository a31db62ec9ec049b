using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests.Paths;

public sealed class CanonicalTargetTests
{
    /// <summary>
    /// Raw targets that servers and proxies were seen to fold, decode twice or re-encode. Here a target is
    /// either taken
    /// byte for byte or refused.
    /// </summary>
    public static TheoryData<string, PathRefusal> RawTargets => new()
    {
        { "/u/42/a.jpg", PathRefusal.None },
        { "/u/42/../43/a.jpg", PathRefusal.DotSegment },
        { "/u/42/./a.jpg", PathRefusal.DotSegment },
        { "/u/42/%2e%2e/43/a.jpg", PathRefusal.LowerCaseEscape },
        { "/u/42/%2E%2E/43/a.jpg", PathRefusal.NeedlessEscape },
        { "/u/42/.%2E/43/a.jpg", PathRefusal.NeedlessEscape },
        { "/u/42%2Fa.jpg", PathRefusal.ForbiddenEscape },
        { "/u/42/..%5C43/a.jpg", PathRefusal.ForbiddenEscape },
        { "/u/42/..\\43/a.jpg", PathRefusal.ForbiddenCharacter },
        { "/u/42/%zz", PathRefusal.BadEscape },
        { "/u/42/%C0%AE%C0%AE/a.jpg", PathRefusal.NotUtf8 },
        { "/u/42/%252e%252e/43/a.jpg", PathRefusal.DoubleEscape },
        { "/u/42/%252E%252E/43/a.jpg", PathRefusal.DoubleEscape },
        { "/u/42/a%2Bb.jpg", PathRefusal.NeedlessEscape },
        { "/u/42/a.jpg#f", PathRefusal.Fragment },
        { "//u/42/a.jpg", PathRefusal.EmptySegment },
        { "/u//42/a.jpg", PathRefusal.EmptySegment },
        { "/u/42/a%00.jpg", PathRefusal.ForbiddenEscape },
        { "/u/42/\u00E9.jpg", PathRefusal.ForbiddenCharacter },
        { "/u/42/a;b=c/a.jpg", PathRefusal.ForbiddenCharacter },
        { "http://other.example/u/42/a.jpg", PathRefusal.NotOriginForm },
        { "*", PathRefusal.NotOriginForm },
    };

    [Theory]
    [Trait("Requirement", "R035")]
    [MemberData(nameof(RawTargets))]
    public void Attack_12_a_raw_target_is_taken_byte_for_byte_or_refused(string raw, PathRefusal expected)
    {
        var taken = CanonicalTarget.TryParse(raw, out var target, out var refusal);

        Assert.Equal(expected, refusal);
        Assert.Equal(expected == PathRefusal.None, taken);
        if (taken) Assert.Equal(raw, target!.Path.Value);
    }

    [Fact]
    public void The_raw_targets_are_twenty_two() => Assert.Equal(22, RawTargets.Count);

    [Fact]
    public void A_query_is_kept_as_raw_pairs_in_order()
    {
        var taken =
            CanonicalTarget.TryParse("/a?v=12ab&b=%2f?x=1&flag&v=2;3&empty=", out var target,
                out var refusal);

        Assert.True(taken, refusal.ToString());
        Assert.Equal("/a", target!.Path.Value);
        Assert.Equal(
            [new("v", "12ab"), new("b", "%2f?x=1"), new("flag", ""), new("v", "2;3"),
                new QueryPair("empty", "")],
            target.Query);
        Assert.Equal("12ab", target.FirstValue("v"));
        Assert.Null(target.FirstValue("V"));
    }

    [Theory]
    [InlineData("/a?b=c#f", PathRefusal.Fragment)]
    [InlineData("/a?b=%4", PathRefusal.BadEscape)]
    [InlineData("/a?b=%41&c=%zz", PathRefusal.BadEscape)]
    [InlineData("/a?b=c d", PathRefusal.BadQuery)]
    [InlineData("/a?b=\u00E9", PathRefusal.BadQuery)]
    [InlineData("/a?b=\r\nX", PathRefusal.BadQuery)]
    public void A_query_that_is_not_plain_is_refused(string raw, PathRefusal expected)
    {
        Assert.False(CanonicalTarget.TryParse(raw, out _, out var refusal));
        Assert.Equal(expected, refusal);
    }

    [Fact]
    public void A_query_has_limits()
    {
        Assert.True(
            CanonicalTarget.TryParse("/a?" + string.Join('&', Enumerable.Repeat("b=c", 32)), out _, out _));
        Assert.False(
            CanonicalTarget.TryParse("/a?" + string.Join('&', Enumerable.Repeat("b=c", 33)), out _, out _));
        Assert.False(
            CanonicalTarget.TryParse("/a?" + new string('b', CanonicalTarget.LengthMax), out _, out _));
        Assert.True(CanonicalTarget.TryParse("/a?", out var none, out _));
        Assert.Empty(none!.Query);
    }
}
