using CsCheck;
using Flickr.Edge.Headers.Structured;
using Flickr.Edge.Status;

namespace Flickr.Edge.Tests.Status;

public sealed class CacheStatusTests
{
    [Fact]
    public void A_hit_says_what_is_left_and_where_it_was() =>
        Assert.Equal("flickr; hit; ttl=59; detail=memory",
        new CacheStatus { IsHit = true, TtlSeconds = 59, Detail = "memory", IsStored = true }.ToString());

    [Fact]
    public void A_miss_says_why_and_what_the_origin_said() => Assert.Equal(
        "flickr; fwd=uri-miss; fwd-status=200; ttl=60; stored; collapsed; key=\"/a \\\"b\\\"?\"; detail=\"no store\"",
        new CacheStatus
        {
            Forward = ForwardReason.UriMiss,
            ForwardStatus = 200,
            TtlSeconds = 60,
            IsStored = true,
            IsCollapsed = true,
            Key = "/a \"b\"\u00fc",
            Detail = "no store",
        }.ToString());

    [Fact]
    public void It_is_a_structured_field_whatever_the_detail_holds() =>
        Gen.Select(Gen.String[0, 30], Gen.String[0, 30], Gen.Enum<ForwardReason>())
        .Sample((key, detail, reason) =>
        {
            var field = new CacheStatus { Forward = reason, Key = key, Detail = detail }.ToString();
            var member = Assert.Single(StructuredField.ParseList(field)!);
            Assert.Equal("flickr", member.Item.Text);
        });
}
