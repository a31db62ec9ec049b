using System.Net;
using System.Net.Http.Headers;
using Flickr.Edge.Tests.Collapse;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Respond;

public sealed class LogAnswerTests
{
    private static readonly (string, string)[] Settings =
    [
        ("Edge:Log:Enabled", "true"), ("Edge:Log:AdmitAll", "true"), ("Edge:Log:PageBytes", (1 << 20).ToString()),
        ("Edge:Log:BytesMax", (64 << 20).ToString()), ("Edge:Log:SegmentBytes", (4 << 20).ToString()),
    ];

    [Fact]
    public async Task An_object_too_large_for_RAM_is_answered_from_the_log_whole_and_in_parts()
    {
        var body = CollapseTests.Bytes(5_000_000);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ETag = "\"tag\"";
            await context.Response.BodyWriter.WriteAsync(body);
        });
        await using var edge = await EdgeServer.StartAsync([origin.Address], Settings);
        Assert.Equal(body, await edge.Client.GetByteArrayAsync("/large"));
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_fills_in_flight") == 0);

        var whole = await edge.Client.GetAsync("/large");
        var request = new HttpRequestMessage(HttpMethod.Get, "/large")
        {
            Headers = { Range = new RangeHeaderValue(3_000_000, 3_000_099) },
        };
        var part = await edge.Client.SendAsync(request);

        Assert.Contains("log", whole.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(body, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(body[3_000_000..3_000_100], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task Small_objects_come_back_from_the_log_after_a_restart_and_go_to_RAM()
    {
        using var folder = new TempFolder();
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.BodyWriter.WriteAsync(CollapseTests.Bytes(200_000));
        });
        (string, string)[] tight = [.. Settings, ("Edge:Memory:ObjectBytesMax", "100000")];
        await using (var edge = await EdgeServer.StartAsync([origin.Address], tight, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = "photos.example";
            await edge.Client.GetByteArrayAsync("/x");
            await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        }
        await using (var edge = await EdgeServer.StartAsync([origin.Address], Settings, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = "photos.example";
            var first = await edge.Client.GetAsync("/x");
            var second = await edge.Client.GetAsync("/x");

            Assert.Contains("hit", first.Headers.GetValues("Cache-Status").Single());
            Assert.Contains("memory", second.Headers.GetValues("Cache-Status").Single());
        }
        Assert.Equal(1, origin.Count);
    }
}
