using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;
using static Flickr.Edge.Tests.Freshness.Answers;

namespace Flickr.Edge.Tests.Freshness;

/// <summary>Groups update304, updateHEAD and invalidation of http-caching.md.</summary>
public sealed class UpdateTests
{
    private static readonly DateTimeOffset Later = Now.AddSeconds(10);

    [Fact]
    public void A_304_renews_the_lifetime_and_replaces_the_fields_it_brings()
    {
        var stored = Head(Rules, ("Cache-Control", "max-age=2"), ("ETag", "\"a\""), ("Test-Header", "A"),
            ("Other", "kept"), ("X", "1"),
            ("X", "2"), ("Age", "1"));

        var renewed = StoredUpdate.From304(stored, HeaderBlock.Of(("Cache-Control", "max-age=3600"),
            ("ETag", "\"a\""),
            ("Test-Header", "B"), ("x", "3"), ("Connection", "y"), ("y", "1"),
                ("Date", HttpDate.Format(Later))), Get, Rules, Later, Later,
            out var decision);

        Assert.True(decision.IsStored);
        Assert.Equal($"ETag: \"a\"\nOther: kept\nCache-Control: max-age=3600\nTest-Header: B\nx: 3\nDate: {HttpDate.Format(Later)}",
            renewed!.Headers.ToString());
        Assert.Equal(TimeSpan.FromSeconds(3600), Reuse.Judge(renewed, Get, Rules, Later).Ttl);
    }

    [Fact]
    public void A_304_does_not_touch_what_describes_the_bytes()
    {
        var stored = Head(Rules, ("Cache-Control", "max-age=2"), ("ETag", "\"a\""), ("Content-Length", "5"),
            ("Content-Encoding", "gzip"),
            ("Content-MD5", "m"), ("Content-Type", "text/plain"));

        var renewed = StoredUpdate.From304(stored, HeaderBlock.Of(("Content-Length", "10"),
            ("Content-Encoding", "br"),
            ("Content-MD5", "n"), ("Content-Range", "bytes 0-0/1"), ("Content-Type", "text/html"),
                ("ETag", "W/\"a\"")), Get, Rules,
            Later, Later, out _);

        Assert.Equal("Cache-Control: max-age=2\nETag: \"a\"\nContent-Length: 5\nContent-Encoding: gzip\nContent-MD5: m\n"
            + "Content-Type: text/html", renewed!.Headers.ToString());
    }

    [Fact]
    public void A_304_about_other_bytes_renews_nothing() =>
        Assert.Null(StoredUpdate.From304(Head(Rules, ("Cache-Control", "max-age=2"), ("ETag", "\"a\"")),
            HeaderBlock.Of(("ETag", "\"b\"")), Get, Rules, Later, Later, out _));

    [Fact]
    public void A_304_that_forbids_storing_says_so()
    {
        var renewed = StoredUpdate.From304(Head(Rules, ("Cache-Control", "max-age=2"), ("ETag", "\"a\"")),
            HeaderBlock.Of(("Cache-Control", "no-store")), Get, Rules, Later, Later, out var decision);

        Assert.NotNull(renewed);
        Assert.Equal(NoStoreReason.NoStore, decision.Reason);
    }

    [Fact]
    public void A_HEAD_renews_the_stored_answer_or_shows_that_it_is_outdated()
    {
        var stored = Head(Rules, ("Cache-Control", "max-age=2"), ("ETag", "\"a\""), ("Content-Length", "5"));
        var head = Get with { Method = "HEAD" };

        Assert.Equal(TimeSpan.FromSeconds(60), StoredUpdate.FromHead(stored,
            HeaderBlock.Of(("Cache-Control", "max-age=60"),
            ("ETag", "\"a\""), ("Content-Length", "5")), head, Rules, Later, Later,
                out _)!.Lifetimes.FreshFor);
        Assert.Null(StoredUpdate.FromHead(stored, HeaderBlock.Of(("Content-Length", "6")), head, Rules,
            Later, Later, out _));
        Assert.Null(StoredUpdate.FromHead(stored, HeaderBlock.Of(("ETag", "\"b\"")), head, Rules, Later,
            Later, out _));
    }

    [Theory]
    [InlineData("GET", 200, "")]
    [InlineData("HEAD", 200, "")]
    [InlineData("OPTIONS", 200, "")]
    [InlineData("POST", 200, "/a?x=1 /b /c")]
    [InlineData("M-SEARCH", 201, "/a?x=1 /b /c")]
    [InlineData("DELETE", 303, "/a?x=1 /b /c")]
    [InlineData("PUT", 500, "")]
    [InlineData("PUT", 404, "")]
    public void A_successful_unsafe_request_makes_its_addresses_invalid(string method, int status,
        string expected)
    {
        var target = new Uri("http://photos.example/a?x=1");
        var answer = HeaderBlock.Of(("Location", "/b"), ("Content-Location", "http://PHOTOS.example/c"));

        Assert.Equal(expected, string.Join(' ',
            Invalidates.By(new RequestFacts { Method = method }, status, target, answer)));
    }

    [Theory]
    [InlineData("http://other.example/b")]
    [InlineData("https://photos.example/b")]
    [InlineData("http://photos.example:81/b")]
    [InlineData("//other.example/b")]
    public void Another_origins_addresses_are_left_alone(string location) =>
        Assert.Equal(["/a"], Invalidates.By(new RequestFacts { Method = "POST" }, 200,
        new Uri("http://photos.example/a"),
            HeaderBlock.Of(("Location", location))));
}
