using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Flickr.Origin.Http;
using Xunit;
using static Flickr.Origin.Tests.Http.BlobTests;

namespace Flickr.Origin.Tests.Http;

public sealed class BackpressureTests
{
    [Fact]
    [Trait("Requirement", "R113")]
    public async Task When_too_many_bytes_are_under_way_callers_are_told_to_come_back_and_later_served()
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartAsync(folder.Path, ("Origin:ReceiveBytesMax", "1048576"));
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        var uri = new Uri(node.Address);
        using (var slow = new TcpClient(uri.Host, uri.Port))
        {
            await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /b HTTP/1.1\r\nHost: {uri.Host}\r\nContent-Length: 1000000\r\n\r\nbegin"));
            await TestCluster.Becomes(() => node.Metrics.BytesInFlight.Value > 0, "the slow body is admitted");

            var refused = await node.Client.PostAsync("/b", new ByteArrayContent(bytes));

            await ShowsProblem(refused, 503, "busy");
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal(1, node.Metrics.RefusedBusy.Value);
        }
        await TestCluster.Becomes(() => node.Metrics.BytesInFlight.Value == 0, "the cut body gives its bytes back");
        Assert.True((await node.Client.PostAsync("/b", new ByteArrayContent(bytes))).IsSuccessStatusCode);
        await node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}");
        await TestCluster.Becomes(() => node.Metrics.ServedBytes.Value == 200_000, "the served bytes are counted");
        Assert.True(node.Metrics.AppendedBytes.Value >= 200_000);
    }

    [Fact]
    [Trait("Requirement", "R113")]
    public async Task A_disk_at_its_reserve_answers_507_and_goes_on_reading()
    {
        using var folder = new TemporaryFolder();
        var bytes = RandomNumberGenerator.GetBytes(1_000);
        await using (var node = await TestNode.StartAsync(folder.Path))
        {
            await node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        }
        await using var full = await TestNode.StartAsync(folder.Path, ("Origin:Volumes:ReserveBytes", "1099511627776"));

        await ShowsProblem(await full.Client.PostAsync("/b", new ByteArrayContent([1, 2, 3])), 507, "storage-full");
        Assert.Equal(1, full.Metrics.RefusedFull.Value);
        Assert.Equal(bytes, await full.Client.GetByteArrayAsync($"/b/{Hex(bytes)}"));
        Assert.Equal(204, (int)(await full.Client.DeleteAsync($"/b/{Hex(bytes)}")).StatusCode);
    }

    [Fact]
    public void Any_range_header_gives_a_part_of_the_body_or_none() => Gen.String["bytes=-,0123456789 \tx"].Select(
        Gen.Long[0, 50]).Sample((text, total) =>
    {
        var verdict = ByteRange.Judge("bytes=" + text, total, out var range);
        Assert.True(verdict != RangeVerdict.Partial
            || (range.Offset >= 0 && range.Length > 0 && range.Offset + range.Length <= total));
    });

    [Fact]
    public void The_budget_never_lets_more_in_than_it_has_unless_one_body_is_larger() => Gen.Long[1, 150].Array[1, 30].Sample(sizes =>
    {
        var budget = new ByteBudget(100);
        var admitted = sizes.Select(size => (size, lease: budget.TryAdmit(size))).Where(one => one.lease is not null).ToList();
        Assert.True(budget.Admitted <= 100 || admitted.Count == 1);
        Assert.Equal(admitted.Sum(one => one.size), budget.Admitted);
        admitted.ForEach(one => one.lease!.Dispose());
        admitted.ForEach(one => one.lease!.Dispose());
        Assert.Equal(0, budget.Admitted);
    });
}
