using System.Net;
using System.Net.Http.Json;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Purge;

public sealed class PurgeTests
{
    [Theory, Trait("Requirement", "R111")]
    [InlineData("url", "/a/b/x")]
    [InlineData("prefix", "/a/")]
    [InlineData("tag", "t1")]
    [InlineData("all", "")]
    public async Task A_purged_object_is_fetched_again(string kind, string value)
    {
        var version = 1;
        await using var origin = await OriginServer.StartAsync(context =>
            AnswerAsync(context, $"v{version}"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        Assert.Equal("v1", await edge.Client.GetStringAsync("/a/b/x"));
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        version = 2;
        Assert.Equal("v1", await edge.Client.GetStringAsync("/a/b/x"));

        await PurgeAsync(edge, kind, value);

        Assert.Equal("v2", await edge.Client.GetStringAsync("/a/b/x"));
    }

    [Fact, Trait("Requirement", "R111")]
    public async Task What_a_fill_in_flight_brings_is_never_served_after_the_purge_was_acknowledged()
    {
        var headGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bodyGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref count) > 1)
            {
                await AnswerAsync(context, "new");
                return;
            }
            await headGate.Task;
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers["Surrogate-Key"] = "t1";
            await context.Response.WriteAsync("ol");
            await bodyGate.Task;
            await context.Response.WriteAsync("d");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var early = edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(() => Volatile.Read(ref count) == 1);

        await PurgeAsync(edge, "tag",
            "t1"); // the edge does not know yet that the object in flight carries it
        headGate.SetResult();
        bodyGate.SetResult();
        var after = await edge.Client.GetStringAsync("/x");
        var earlyBody = await early;
        var later = await edge.Client.GetStringAsync("/x");

        Assert.Equal("new", after);
        Assert.Equal("new", later);
        Assert.Equal("new", earlyBody); // who asked before the purge gets the newer bytes as well
    }

    [Fact, Trait("Requirement", "R111")]
    public async Task A_soft_purge_makes_an_object_stale_and_a_304_makes_it_good_again()
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers.CacheControl = "max-age=60";
            if (context.Request.Headers.IfNoneMatch == "\"1\"")
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }
            return context.Response.WriteAsync("body");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        await edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);

        await PurgeAsync(edge, "url", "/x", soft: true);
        var first = await edge.Client.GetAsync("/x");
        var second = await edge.Client.GetAsync("/x");

        Assert.Equal("body", await first.Content.ReadAsStringAsync());
        Assert.Contains("fwd-status=304", first.Headers.GetValues("Cache-Status").Single());
        Assert.Contains("hit", second.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(2, origin.Count);
    }

    [Fact, Trait("Requirement", "R111")]
    public async Task A_purge_holds_over_a_restart()
    {
        using var folder = new TempFolder();
        (string, string)[] settings =
        [
            ("Edge:Log:Enabled", "true"), ("Edge:Log:AdmitAll", "true"),
                ("Edge:Log:PageBytes", (1 << 20).ToString()),
            ("Edge:Log:BytesMax", (64 << 20).ToString()), ("Edge:Log:SegmentBytes", (4 << 20).ToString()),
            ("Edge:Memory:ObjectBytesMax", "4096"),
        ];
        var version = 1;
        await using var origin = await OriginServer.StartAsync(context =>
            AnswerAsync(context, $"v{version}" + new string('x', 200_000)));
        await using (var edge = await EdgeServer.StartAsync([origin.Address], settings, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = "photos.example"; // part of the key; the ports change
            await edge.Client.GetStringAsync("/kept");
            await edge.Client.GetStringAsync("/purged");
            await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 2);
        }
        version = 2;
        await using (var edge = await EdgeServer.StartAsync([origin.Address], settings, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = "photos.example"; // part of the key; the ports change
            var kept = await edge.Client.GetAsync("/kept");
            Assert.Contains("log", kept.Headers.GetValues("Cache-Status").Single());
            Assert.StartsWith("v1", await kept.Content.ReadAsStringAsync());
            await PurgeAsync(edge, "url", "/purged");
        }
        await using (var edge = await EdgeServer.StartAsync([origin.Address], settings, folder))
        {
            edge.Client.DefaultRequestHeaders.Host = "photos.example"; // part of the key; the ports change
            Assert.StartsWith("v1", await edge.Client.GetStringAsync("/kept"));
            Assert.StartsWith("v2", await edge.Client.GetStringAsync("/purged"));
        }
    }

    [Fact]
    public async Task A_successful_unsafe_request_invalidates_what_it_changed()
    {
        var version = 1;
        await using var origin = await OriginServer.StartAsync(context =>
        {
            if (context.Request.Method == "POST")
            {
                version++;
                return Task.CompletedTask;
            }
            return AnswerAsync(context, $"v{version}");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        Assert.Equal("v1", await edge.Client.GetStringAsync("/x?q=1"));

        await edge.Client.PostAsync("/x?q=1", new StringContent("change"));

        Assert.Equal("v2", await edge.Client.GetStringAsync("/x?q=1"));
    }

    [Fact]
    public async Task A_purge_of_something_else_does_not_make_an_uncacheable_answer_be_asked_for_twice()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            await gate.Task;
            context.Response.Headers.CacheControl = "private";
            await context.Response.WriteAsync("for one");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var answer = edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(() => origin.Count == 1);

        await PurgeAsync(edge, "url", "/other");
        gate.SetResult();

        Assert.Equal("for one", await answer);
        Assert.Equal(1, origin.Count);
    }

    [Fact, Trait("Requirement", "R111")]
    public async Task A_purge_of_an_uncacheable_answer_in_flight_makes_it_be_asked_for_again()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            var number = Interlocked.Increment(ref count);
            if (number == 1)
            {
                await gate.Task;
            }
            context.Response.Headers.CacheControl = "private";
            await context.Response.WriteAsync(number == 1 ? "old" : "new");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var early = edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(() => Volatile.Read(ref count) == 1);

        await PurgeAsync(edge, "url", "/x");
        gate.SetResult();

        Assert.Equal("new", await early);
        Assert.Equal("new", await edge.Client.GetStringAsync("/x"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"kind\":\"nothing\",\"value\":\"x\"}")]
    [InlineData("{\"kind\":\"owner\",\"value\":\"alice\"}")]
    public async Task A_purge_that_names_nothing_is_refused(string body)
    {
        await using var origin = await OriginServer.StartAsync(context => AnswerAsync(context, "x"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var answer = await edge.Admin.PostAsync("/purge", new StringContent(body));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task The_admin_calls_are_not_on_the_public_listener()
    {
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        foreach (var path in new[] { "/metrics", "/healthz", "/readyz", "/log", "/why?url=/x" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await edge.Client.GetAsync(path)).StatusCode);
        }
        Assert.Equal(5, origin.Count);
    }

    internal static async Task PurgeAsync(EdgeServer edge, string kind, string value, bool soft = false,
        long? epoch = null)
    {
        using var content = JsonContent.Create(new { kind, value, soft, epoch });
        await content.LoadIntoBufferAsync();
        var answer = await edge.Admin.PostAsync("/purge", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task AnswerAsync(HttpContext context, string body)
    {
        context.Response.Headers.CacheControl = "max-age=60";
        context.Response.Headers["Surrogate-Key"] = "t1 t2";
        return context.Response.WriteAsync(body);
    }
}
