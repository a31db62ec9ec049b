using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Respond;

public sealed class HeadUpdateTests
{
    [Theory]
    [InlineData("\"1\"", 5, true)]
    [InlineData("\"2\"", 5, false)]
    [InlineData("\"1\"", 6, false)]
    public async Task The_answer_to_a_HEAD_renews_the_stored_fields_or_takes_the_object_out(string tag, int length,
        bool isRenewed)
    {
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            var isHead = HttpMethods.IsHead(context.Request.Method);
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ETag = isHead ? tag : "\"1\"";
            context.Response.Headers["X-Name"] = isHead ? "new" : "old";
            context.Response.ContentLength = isHead ? length : 5;
            if (!isHead)
            {
                await context.Response.WriteAsync("hello");
            }
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        await edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        // A HEAD is answered from store while that is fresh: this one wants to know better.
        using var head = new HttpRequestMessage(HttpMethod.Head, "/x") { Headers = { { "Cache-Control", "no-cache" } } };
        using var asked = await edge.Client.SendAsync(head);

        var answer = await edge.Client.GetAsync("/x");

        Assert.Equal("new", asked.Headers.GetValues("X-Name").Single());
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync());
        Assert.Equal(isRenewed ? "new" : "old", answer.Headers.GetValues("X-Name").Single());
        Assert.Equal(isRenewed ? 2 : 3, origin.Count);
    }
}
