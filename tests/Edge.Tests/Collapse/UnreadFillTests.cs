using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Collapse;

public sealed class UnreadFillTests
{
    private const int ObjectBytes = 1_000_000;

    [Theory]
    [InlineData(100_000, "1000", true)]
    [InlineData(100_000, "10000000", false)]
    [InlineData(500_000, "1000", false)]
    public async Task A_fill_that_nobody_reads_any_more_ends_unless_it_is_nearly_had(int there, string unreadBytesMax,
        bool ends)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var body = CollapseTests.Bytes(ObjectBytes);
        await using var origin = new RawServer(async connection =>
        {
            await connection.WriteAsync(
                $"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: {ObjectBytes}\r\n\r\n");
            await connection.WriteAsync(body.AsMemory(0, there));
            await gate.Task;
            for (var at = there; at < ObjectBytes; at += 10_000)
            {
                await connection.WriteAsync(body.AsMemory(at, 10_000));
            }
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address,
            ("Edge:Collapse:UnreadBytesMax", unreadBytesMax));
        using (var answer = await edge.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead))
        {
            await using var stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[there]);
        }
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_requests_open") == 0);

        gate.SetResult();
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_fills_in_flight") == 0);

        Assert.Equal(ends ? 1 : 0, await edge.MetricAsync("flickr_edge_fill_failures_total{fault=\"unread\"}"));
        Assert.Equal(ends ? 0 : 1, await edge.MetricAsync("flickr_edge_stored_total"));
    }
}
