using Flickr.Edge.Fetch;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Fetch;

public sealed class HedgeTests
{
    [Fact]
    public async Task A_replica_that_is_slower_than_usual_is_overtaken_by_another()
    {
        var isSlow = false;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slowed = 0;
        await using var one = await OriginServer.StartAsync(AnswerAsync);
        await using var two = await OriginServer.StartAsync(AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([one.Address, two.Address],
            [("Edge:Fetch:Hedges", "true"), ("Edge:Fetch:HedgeAfterMin", "00:00:00.1")]);
        for (var i = 0; i < 25; i++)
        {
            await edge.Client.GetStringAsync($"/warm/{i}");
        }

        Volatile.Write(ref isSlow, true);
        var answer = await edge.Client.GetStringAsync("/slow");
        gate.SetResult();

        Assert.Equal("fast", answer);
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_fetch_hedges_total"));

        async Task AnswerAsync(HttpContext context)
        {
            if (Volatile.Read(ref isSlow) && Interlocked.Increment(ref slowed) == 1)
            {
                await gate.Task.WaitAsync(context.RequestAborted);
            }
            await context.Response.WriteAsync("fast");
        }
    }

    [Fact]
    public void The_estimate_rests_where_95_of_100_are_below()
    {
        var latency = new HeadLatency();
        var random = new Random(1);

        for (var i = 0; i < 20_000; i++)
        {
            latency.Add(TimeSpan.FromMilliseconds(random.NextDouble() * 100));
        }

        Assert.InRange(latency.P95!.Value.TotalMilliseconds, 85, 100);
    }
}
