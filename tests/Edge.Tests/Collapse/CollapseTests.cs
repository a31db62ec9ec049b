using System.Net;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Collapse;

public sealed class CollapseTests
{
    [Fact, Trait("Requirement", "R117")]
    public async Task Two_hundred_requests_for_a_cold_key_make_one_fetch_and_whole_bodies()
    {
        var body = Bytes(300_000);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(0, 100_000));
            await gate.Task;
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(100_000));
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var requests = Enumerable.Range(0, 200).Select(_ => edge.Client.GetByteArrayAsync("/cold")).ToArray();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_collapsed_total") == 199);
        gate.SetResult();
        var bodies = await Task.WhenAll(requests);

        Assert.All(bodies, received => Assert.Equal(body, received));
        Assert.Equal(1, origin.Count);
    }

    [Fact, Trait("Requirement", "R117")]
    public async Task Followers_read_the_first_bytes_while_the_fill_goes_on()
    {
        var body = Bytes(200_000);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(0, 50_000));
            await gate.Task;
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(50_000));
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using var leader = await edge.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);

        using var follower = await edge.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await follower.Content.ReadAsStreamAsync();
        var first = new byte[50_000];
        await stream.ReadExactlyAsync(first);

        Assert.Equal(body[..50_000], first);
        Assert.Contains("collapsed", follower.Headers.GetValues("Cache-Status").Single());
        gate.SetResult();
        Assert.Equal(body, await leader.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task A_leader_that_leaves_does_not_end_the_fill()
    {
        var body = Bytes(200_000);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(0, 50_000));
            await gate.Task;
            await context.Response.BodyWriter.WriteAsync(body.AsMemory(50_000));
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        using (var leader = await edge.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, leader.StatusCode);
        }

        gate.SetResult();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        var later = await edge.Client.GetAsync("/x");

        Assert.Equal(body, await later.Content.ReadAsByteArrayAsync());
        Assert.Contains("hit", later.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(1, origin.Count);
    }

    [Fact]
    public async Task An_error_is_shared_with_those_who_waited_and_at_most_two_fetches_are_made()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            await gate.Task;
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync("sorry");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var requests = Enumerable.Range(0, 60).Select(_ => edge.Client.GetAsync("/down")).ToArray();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_collapsed_total") == 59);
        gate.SetResult();
        var answers = await Task.WhenAll(requests);
        var later = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => edge.Client.GetAsync("/down")));
        var negative = await edge.Client.GetAsync("/down");

        foreach (var answer in answers.Concat(later).Append(negative))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("sorry", await answer.Content.ReadAsStringAsync());
        }
        Assert.InRange(origin.Count, 1, 2);
    }

    [Fact]
    public async Task An_uncacheable_answer_releases_all_waiters_side_by_side()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref inside) == 1)
            {
                await first.Task;
            }
            else
            {
                await rest.Task;
            }
            context.Response.Headers.CacheControl = "private";
            await context.Response.WriteAsync("for one");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);
        var requests = Enumerable.Range(0, 30).Select(_ => edge.Client.GetStringAsync("/mine")).ToArray();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_collapsed_total") == 29);

        first.SetResult();
        await Until.TrueAsync(() =>
            Volatile.Read(ref inside) == 30); // all 29 others are at the origin at one time
        rest.SetResult();
        var answers = await Task.WhenAll(requests);

        Assert.All(answers, answer => Assert.Equal("for one", answer));
        Assert.Equal(30, origin.Count);
    }

    [Fact]
    public async Task A_key_that_proved_uncacheable_is_not_collapsed_again_and_is_stored_once_it_may_be()
    {
        var isPrivate = true;
        await using var origin = await OriginServer.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = Volatile.Read(ref isPrivate) ? "private" : "max-age=60";
            return context.Response.WriteAsync("x");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        await edge.Client.GetStringAsync("/x");
        Volatile.Write(ref isPrivate, false);
        var passed = await edge.Client.GetAsync("/x"); // past the cache, and seen there to be storable now
        await edge.Client.GetStringAsync("/x");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        var fourth = await edge.Client.GetAsync("/x");

        Assert.Contains("predicted", passed.Headers.GetValues("Cache-Status").Single());
        Assert.Contains("hit", fourth.Headers.GetValues("Cache-Status").Single());
        Assert.Equal(3, origin.Count);
    }

    internal static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
