using System.Net;
using Flickr.Edge.Tests.Collapse;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Ranges;

/// <summary>Ranges of what is not stored, on a site that stores parts.</summary>
public sealed class PartsThroughEdgeTests
{
    private static readonly byte[] Body = CollapseTests.Bytes(100_000);
    private static readonly (string, string) StoresParts = ("Edge:Sites:0:StoresPartial", "true");

    [Fact]
    public async Task A_range_is_asked_of_the_origin_alone_and_its_part_serves_the_ranges_inside_it()
    {
        await using var origin = await OriginServer.StartAsync(RangesAsync);
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var cold = await AskAsync(edge, "bytes=1000-1999");
        await StoredAsync(edge, 1);
        using var inside = await AskAsync(edge, "bytes=1500-1599");
        using var beyond = await AskAsync(edge, "bytes=1500-2500");

        await AssertPartAsync(cold, 1000, 1999);
        await AssertPartAsync(inside, 1500, 1599);
        await AssertPartAsync(beyond, 1500, 2500);
        Assert.Equal(["bytes=1000-1999", "bytes=1500-2500"],
            origin.Seen.Select(seen => seen.Fields["Range"]));
        Assert.Contains("hit", inside.Headers.GetValues("Cache-Status").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_never_answers_for_the_whole_and_the_whole_goes_before_the_part()
    {
        await using var origin = await OriginServer.StartAsync(RangesAsync);
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var part = await AskAsync(edge, "bytes=0-9");
        await StoredAsync(edge, 1);
        using var whole = await edge.Client.GetAsync("/a");
        await StoredAsync(edge, 2);
        using var far = await AskAsync(edge, "bytes=90000-");

        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(Body, await whole.Content.ReadAsByteArrayAsync());
        await AssertPartAsync(far, 90_000, 99_999);
        Assert.Equal(2, origin.Count);
    }

    [Fact]
    public async Task An_error_about_a_range_is_not_stored_for_the_whole()
    {
        await using var origin = await OriginServer.StartAsync(RangesAsync);
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var wrong = await AskAsync(edge, "bytes=200000-");
        using var whole = await edge.Client.GetAsync("/a");

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    }

    [Fact]
    public async Task An_origin_without_ranges_is_stored_whole_and_the_range_cut_from_it()
    {
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body);
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var cold = await AskAsync(edge, "bytes=1000-1999");
        await StoredAsync(edge, 1);
        using var warm = await AskAsync(edge, "bytes=5000-5999");

        await AssertPartAsync(cold, 1000, 1999);
        await AssertPartAsync(warm, 5000, 5999);
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task A_part_that_says_more_bytes_than_it_has_is_passed_on_and_not_stored()
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentRange = "bytes 4-9/10";
            context.Response.ContentLength = 5;
            return context.Response.WriteAsync("01234");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var first = await AskAsync(edge, "bytes=-5");
        using var second = await AskAsync(edge, "bytes=-5");

        Assert.Equal("01234", await second.Content.ReadAsStringAsync());
        Assert.Equal(2, origin.Count);
    }

    [Fact]
    public async Task A_purge_reaches_a_part()
    {
        await using var origin = await OriginServer.StartAsync(RangesAsync);
        await using var edge = await EdgeServer.StartAsync(origin.Address, StoresParts);

        using var before = await AskAsync(edge, "bytes=0-9");
        await StoredAsync(edge, 1);
        using var purge = await edge.Admin.PostAsync("/purge",
            new StringContent("{\"kind\":\"url\",\"value\":\"/a\"}"));
        using var after = await AskAsync(edge, "bytes=0-9");

        Assert.True(purge.IsSuccessStatusCode);
        await AssertPartAsync(after, 0, 9);
        Assert.Equal(2, origin.Count);
    }

    private static async Task<HttpResponseMessage> AskAsync(EdgeServer edge, string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        request.Headers.TryAddWithoutValidation("Range", range);
        return await edge.Client.SendAsync(request);
    }

    private static Task StoredAsync(EdgeServer edge, int count) =>
        Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == count);

    private static async Task AssertPartAsync(HttpResponseMessage answer, int first, int last)
    {
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal($"bytes {first}-{last}/{Body.Length}", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal(Body[first..(last + 1)], await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task RangesAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "max-age=60";
        response.Headers.ETag = "\"tag\"";
        var asked = context.Request.GetTypedHeaders().Range?.Ranges.Single();
        var first = (int)(asked?.From ?? 0);
        if (first >= Body.Length)
        {
            response.StatusCode = 416;
            return;
        }
        var last = (int)(asked?.To ?? Body.Length - 1);
        if (asked is not null)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {first}-{last}/{Body.Length}";
        }
        response.ContentLength = last - first + 1;
        await response.Body.WriteAsync(Body.AsMemory(first, last - first + 1));
    }
}
