using System.Net;
using System.Net.Sockets;
using System.Text;
using Flickr.Listening;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Edge.Tests.Listening;

/// <summary>What a listener bears: its limits, one by one, against clients that pass them.</summary>
[Trait("Requirement", "R119")]
public sealed class LimitTests
{
    private static readonly RequestDelegate SaysWho =
        context => context.Response.WriteAsync(context.Connection.RemoteIpAddress + ":" + context.Connection.RemotePort);

    [Theory]
    [InlineData("a request line", 431, 414)]
    [InlineData("a header", 431, 431)]
    [InlineData("headers", 431, 431)]
    public async Task A_head_over_its_limit_is_refused(string what, int status, int orStatus)
    {
        await using var server = await ListenedServer.StartAsync(SaysWho);
        var head = what switch
        {
            "a request line" => "GET /" + new string('a', 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "a header" => "GET / HTTP/1.1\r\nHost: a\r\nB: " + new string('b', 17_000) + "\r\n\r\n",
            _ => "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat("B: c\r\n", 65)) + "\r\n",
        };

        var answer = await AskAsync(server, head);

        Assert.Contains(answer.Split(' ')[1], (string[])[$"{status}", $"{orStatus}"]);
    }

    [Fact]
    public async Task A_head_that_does_not_end_is_cut_off()
    {
        await using var server = await ListenedServer.StartAsync(SaysWho, ("X:Listener:HeadersTimeout", "00:00:01"));

        var answer = await AskAsync(server, "GET / HTTP/1.1\r\nHost: a\r\nSlow:");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_room_a_connection_is_closed_at_once_and_there_is_room_again_later()
    {
        await using var server = await ListenedServer.StartAsync(SaysWho,
            ("X:Listener:ConnectionsMax", "16"), ("X:Listener:ClientShareMax", "1"));
        var held = new List<Socket>();
        for (var count = 0; count < 16; count++)
        {
            held.Add(await HeldAsync(server));
        }

        using (var more = await server.ConnectAsync())
        {
            Assert.Equal("", await ReadAsync(more));
        }
        held.ForEach(socket => socket.Dispose());
        await UntilAsync(async () => await server.MetricAsync("flickr_x_connections") == 0);
        using var answer = await server.GetAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, await server.MetricAsync("flickr_x_connections_refused_total{reason=\"full\"}"));
    }

    [Fact]
    public async Task One_client_gets_its_share_and_another_is_served_beside_it()
    {
        await using var server = await ListenedServer.StartAsync(SaysWho, ("X:Listener:ConnectionsMax", "20"),
            ("X:Listener:ClientShareMax", "0.5"), ("X:ProxyProtocol:TrustedProxies:0", "127.0.0.1"));
        var held = new List<Socket>();
        for (var count = 0; count < 10; count++)
        {
            held.Add(await HeldAsync(server, "PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\n"));
        }

        var refused = await AskAsync(server, "PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var served = await AskAsync(server,
            "PROXY TCP4 203.0.113.8 192.0.2.1 99 2\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Equal("", refused);
        Assert.Contains("203.0.113.8:99", served, StringComparison.Ordinal);
        Assert.Equal(1, await server.MetricAsync("flickr_x_connections_refused_total{reason=\"client\"}"));
        held.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_trusted_proxy_without_a_header_is_closed_and_a_stranger_is_not_believed()
    {
        await using var trusting = await ListenedServer.StartAsync(SaysWho, ("X:ProxyProtocol:TrustedProxies:0", "127.0.0.0/8"));
        await using var strict = await ListenedServer.StartAsync(SaysWho, ("X:ProxyProtocol:TrustedProxies:0", "192.0.2.0/24"));
        const string Plain = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

        Assert.Equal("", await AskAsync(trusting, Plain));
        Assert.Contains("127.0.0.1", await AskAsync(strict, Plain), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await AskAsync(strict, "PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\n" + Plain),
            StringComparison.Ordinal);
        Assert.Equal(1, await trusting.MetricAsync("flickr_x_connections_refused_total{reason=\"proxy\"}"));
    }

    [Fact]
    public async Task A_network_that_is_none_stops_the_start() =>
        Assert.Contains("TrustedProxies", (await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => ListenedServer.StartAsync(SaysWho, ("X:ProxyProtocol:TrustedProxies:0", "everybody")))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_client_that_takes_nothing_of_a_large_answer_is_cut()
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ListenedServer.StartAsync(async context =>
        {
            try
            {
                context.Response.ContentLength = 64 << 20;
                await context.Response.Body.WriteAsync(new byte[64 << 20], context.RequestAborted);
            }
            finally
            {
                cut.TrySetResult();
            }
        }, ("X:Listener:SlowReaderTime", "00:00:02"));
        using var socket = await server.ConnectAsync();
        socket.ReceiveBufferSize = 4096;

        await socket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));

        await UntilAsync(async () => await server.MetricAsync("flickr_x_connections_cut_total{reason=\"slow\"}") == 1);
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await server.MetricAsync("flickr_x_connections_cut_total{reason=\"slow\"}"));
    }

    [Fact]
    public async Task A_client_that_reads_slowly_but_faster_than_the_rule_gets_the_whole_answer()
    {
        const int Length = 3 << 20;
        await using var server = await ListenedServer.StartAsync(
            context => context.Response.Body.WriteAsync(new byte[Length]).AsTask(), ("X:Listener:SlowReaderTime", "00:00:02"));
        using var client = ListenedServer.NewClient();
        using var answer = await client.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var (read, buffer) = (0, new byte[64 << 10]);

        while (await body.ReadAsync(buffer) is > 0 and var count)
        {
            read += count;
            await pace.WaitForNextTickAsync();
        }

        Assert.Equal(Length, read);
    }

    [Fact]
    public async Task Over_the_memory_ceiling_requests_are_turned_away_and_below_it_served_again()
    {
        await using var server = await ListenedServer.StartAsync(SaysWho);
        var memory = server.Services.GetRequiredService<MemoryCeiling>();

        memory.Resident = () => long.MaxValue;
        memory.Look();
        using var refused = await server.GetAsync();
        memory.Resident = () => 1;
        memory.Look();
        using var served = await server.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("5", refused.Headers.RetryAfter!.ToString());
        Assert.Contains("urn:flickr:problem:overloaded", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(1, await server.MetricAsync("flickr_x_requests_shed_total{reason=\"memory\"}"));
    }

    [Fact]
    public async Task One_client_cannot_have_more_requests_under_way_than_its_share()
    {
        var (entered, leave) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = await ListenedServer.StartAsync(async _ =>
        {
            entered.TrySetResult();
            await leave.Task;
        }, ("X:Listener:ClientRequestsMax", "1"));

        var first = server.GetAsync();
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20));
        using var second = await server.GetAsync();
        leave.SetResult();
        using var answered = await first;
        using var third = await server.GetAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (answered.StatusCode, third.StatusCode));
        Assert.Equal(1, await server.MetricAsync("flickr_x_requests_shed_total{reason=\"client\"}"));
    }

    [Fact]
    public void The_descriptors_bound_the_connections()
    {
        string[] lines = ["Limit                     Soft Limit           Hard Limit           Units     ",
            "Max open files            1024                 524288               files     "];

        Assert.Equal(1024, Descriptors.Parse(lines));
        Assert.Null(Descriptors.Parse([]));
        Assert.Equal(170, Descriptors.ConnectionsFor(1024, 10_000));
        Assert.Equal(10_000, Descriptors.ConnectionsFor(1 << 20, 10_000));
        Assert.Equal(10_000, Descriptors.ConnectionsFor(null, 10_000));
    }

    [Fact]
    public async Task With_too_few_descriptors_nothing_starts() =>
        Assert.Contains("ulimit -n", (await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => ListenedServer.StartAsync(SaysWho, ("X:Listener:DescriptorsMin", "1000000")))).Message,
            StringComparison.Ordinal);

    private static async Task<Socket> HeldAsync(ListenedServer server, string header = "")
    {
        var socket = await server.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(header + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        await socket.ReceiveAsync(new byte[4096]);
        return socket;
    }

    private static async Task<string> AskAsync(ListenedServer server, string bytes)
    {
        using var socket = await server.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(bytes));
        return await ReadAsync(socket);
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var count)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException fault)
        {
            Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode); // closed with bytes of ours unread
        }
        return text.ToString();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(20));
            await timer.WaitForNextTickAsync();
        }
    }
}
