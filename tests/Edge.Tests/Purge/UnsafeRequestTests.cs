using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Purge;

/// <summary>
/// RFC 9111 section 4.4 on an edge whose invalidations are numbered by a control plane: an unsafe request that
/// succeeded reaches RAM, log and fills on their way all the same.
/// </summary>
public sealed class UnsafeRequestTests
{
    private readonly PhotoOrigin _photos = new();
    private volatile int _version = 1;

    [Theory]
    [InlineData(100, "memory")]
    [InlineData(300_000, "log")]
    public async Task What_an_unsafe_request_changed_is_out_of_both_tiers(int length, string tier)
    {
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        await using var origin = await OriginServer.StartAsync(context => AnswerAsync(context, length));
        await using var edge = await StartAsync(control, origin);
        await edge.Client.GetStringAsync("/x?q=1");
        await Until.TrueAsync(async () => (await edge.Client.GetAsync("/x?q=1")).Headers
            .GetValues("Cache-Status").Single().Contains("hit; ", StringComparison.Ordinal)
            && (await edge.Client.GetAsync("/x?q=1")).Headers.GetValues("Cache-Status").Single()
                .Contains("detail=" + tier, StringComparison.Ordinal));

        await edge.Client.PostAsync("/x?q=1", new StringContent("change"));

        if (tier == "memory")
        {
            Assert.StartsWith("v2", await edge.Client.GetStringAsync("/x?q=1"), StringComparison.Ordinal);
        }
        // The log's writer takes it out when its turn comes.
        await Until.TrueAsync(async () => (await edge.Client.GetStringAsync("/x?q=1"))
            .StartsWith("v2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fill_that_began_before_an_unsafe_request_is_neither_joined_nor_kept()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var control = await ControlPlaneServer.StartAsync(_photos.Key);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            var isFirst = context.Request.Method == "GET" && _version == 1;
            await AnswerAsync(context, 100, isFirst ? first.Task : Task.CompletedTask);
        });
        await using var edge = await StartAsync(control, origin);
        var before = edge.Client.GetStringAsync("/x?q=1");
        await Until.TrueAsync(() => origin.Count == 1);

        await edge.Client.PostAsync("/x?q=1", new StringContent("change"));
        var after = await edge.Client.GetStringAsync("/x?q=1");
        first.SetResult();

        Assert.StartsWith("v1", await before, StringComparison.Ordinal);
        Assert.StartsWith("v2", after, StringComparison.Ordinal);
        Assert.StartsWith("v2", await edge.Client.GetStringAsync("/x?q=1"), StringComparison.Ordinal);
    }

    private async Task AnswerAsync(HttpContext context, int length, Task? gate = null)
    {
        if (context.Request.Method == "POST")
        {
            _version++;
            return;
        }
        var version = _version;
        await (gate ?? Task.CompletedTask);
        context.Response.Headers.CacheControl = "max-age=600";
        context.Response.ContentLength = length;
        await context.Response.WriteAsync($"v{version}".PadRight(length, '.'));
    }

    private static async Task<EdgeServer> StartAsync(ControlPlaneServer control, OriginServer origin)
    {
        var edge = await EdgeServer.StartAsync([origin.Address],
        [
            ("Edge:ControlPlane", control.Address), ("Edge:ControlPlaneKey", ControlPlaneServer.EdgeKey),
            ("Edge:Log:Enabled", "true"), ("Edge:Log:AdmitAll", "true"), ("Edge:Memory:ObjectBytesMax", "65536"),
        ]);
        await Until.TrueAsync(async () => (await edge.Admin.GetAsync("/readyz")).IsSuccessStatusCode);
        return edge;
    }
}
