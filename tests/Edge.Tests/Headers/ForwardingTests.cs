using Flickr.Edge.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Tests.Headers;

/// <summary>What goes on to the next hop: hop-by-hop fields, the allow-list, CDN-Loop, groups.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public void Fields_named_in_Connection_end_here_except_those_meant_for_everybody()
    {
        var answer = HeaderBlock.Of(("Connection", "a, B"), ("Connection", "cache-control"), ("a", "1"),
            ("b", "2"), ("c", "3"),
            ("Cache-Control", "no-store"), ("Keep-Alive", "x"), ("TE", "x"), ("Transfer-Encoding", "chunked"),
            ("Proxy-Authenticate", "x"), ("Upgrade", "x"), ("Trailer", "x"));

        Assert.Equal("c: 3\nCache-Control: no-store", HopByHop.Strip(answer).ToString());
    }

    [Fact]
    public void Only_allowed_request_fields_reach_the_origin()
    {
        var request = new HeaderDictionary
        {
            ["Accept"] = "image/webp",
            ["X-Original-URL"] = "/admin",
            ["X_Forwarded_For"] = "1.2.3.4",
            ["X-Forwarded-For"] = "1.2.3.4",
            ["X-HTTP-Method-Override"] = "DELETE",
            ["Authorization"] = "Bearer x",
            ["Cookie"] = "a=b",
            ["Range"] = "bytes=0-1",
            ["If-None-Match"] = "\"a\"",
            ["User-Agent"] = "u",
            ["Connection"] = "User-Agent",
        };

        Assert.Equal("Accept: image/webp", OriginHeaders.Standard.ForFill(request).ToString());
        Assert.Equal("Accept: image/webp\nRange: bytes=0-1\nIf-None-Match: \"a\"",
            OriginHeaders.Standard.ForPass(request).ToString());
    }

    [Fact]
    public void A_site_may_let_more_through_but_never_what_speaks_in_our_name()
    {
        var request = new HeaderDictionary
        {
            ["Req-Num"] = "1",
            ["Authorization"] = "FOO",
            ["X-Forwarded-For"] = "1.2.3.4",
            ["X_Real_IP"] = "1.2.3.4",
            ["CDN-Loop"] = "x",
            ["Te"] = "trailers",
        };

        Assert.Equal("Req-Num: 1\nAuthorization: FOO", new OriginHeaders(["*"]).ForFill(request).ToString());
        Assert.Equal("Req-Num: 1", new OriginHeaders(["req-num"]).ForFill(request).ToString());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("other.example", 0)]
    [InlineData("flickr-a1", 1)]
    [InlineData("other; v=\"flickr-a1, x\", FLICKR-A1; n=2, flickr-a1", 2)]
    [InlineData("[::1]:80, flickr-a1", 1)]
    [InlineData("a b", -1)]
    [InlineData("; x=1", -1)]
    public void A_request_that_was_here_before_is_seen(string field, int count) =>
        Assert.Equal(count, CdnLoop.CountOf(field, "flickr-a1"));

    [Fact]
    public void Our_id_is_added_at_the_end()
    {
        Assert.Equal("flickr-a1", CdnLoop.Append(StringValues.Empty, "flickr-a1"));
        Assert.Equal("a, b, flickr-a1", CdnLoop.Append(new StringValues(["a", "b"]), "flickr-a1"));
    }

    [Fact]
    public void Cache_groups_are_strings_and_only_unsafe_requests_invalidate_them()
    {
        var answer = HeaderBlock.Of(("Cache-Groups", "\"album 1\", \"b\";x=1, token"),
            ("Cache-Group-Invalidation", "\"c\""));
        var get = new RequestFacts { Method = "GET" };
        var post = new RequestFacts { Method = "POST" };

        Assert.Equal(["album 1", "b"], CacheGroups.Of(answer));
        Assert.Empty(CacheGroups.InvalidatedBy(get, answer));
        Assert.Equal(["c"], CacheGroups.InvalidatedBy(post, answer));
        Assert.Empty(CacheGroups.Of(HeaderBlock.Of(("Cache-Groups", "\"open"))));
    }

    [Fact]
    public void Groups_past_the_limit_are_left_out()
    {
        var many = string.Join(", ", Enumerable.Range(0, 500).Select(number => $"\"{number}\""));

        Assert.Equal(CacheGroups.GroupsMax, CacheGroups.Of(HeaderBlock.Of(("Cache-Groups", many))).Count);
    }
}
