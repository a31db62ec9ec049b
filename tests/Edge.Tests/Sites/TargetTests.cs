using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Sites;

/// <summary>
/// Raw targets through the real edge to a recording origin: the very same bytes, or a refusal.
/// </summary>
public sealed class TargetTests
{
    [Theory]
    [InlineData("/a%2fb")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%252fb")]
    [InlineData("/a/../b")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("/a/.%2e/b")]
    [InlineData("/a/%252e%252e/b")]
    [InlineData("/a//b")]
    [InlineData("//a")]
    [InlineData("/a\\b")]
    [InlineData("/a%5cb")]
    [InlineData("/a%5Cb")]
    [InlineData("/a%zz")]
    [InlineData("/a%2")]
    [InlineData("/a%")]
    [InlineData("/a%00b")]
    [InlineData("/a%0d%0ab")]
    [InlineData("/a%c0%ae")]
    [InlineData("/a%ff")]
    [InlineData("/%7Ealice")]
    [InlineData("/%61lice")]
    [InlineData("/a;b")]
    [InlineData("/a#b")]
    [InlineData("/a b")]
    [InlineData("a")]
    [InlineData("/.")]
    [InlineData("/a/./b")]
    [InlineData("/a%e2%82%ac")]
    [InlineData("/e%CC%81")]
    public async Task A_target_that_is_not_canonical_is_refused_and_nobody_behind_hears_of_it(string target)
    {
        await using var origin = await OriginServer.StartAsync(context => context.Response.WriteAsync("x"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var answer = await SendAsync(edge, target);

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Equal(0, origin.Count);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/")]
    [InlineData("/a/b.jpg?x=1&y=%2F&z")]
    [InlineData("/%ED%95%9C%EA%B8%80/%C3%A9.png")]
    [InlineData("/a%20b")]
    [InlineData("/a+b@c:d=e,f!g$h&i'j(k)*l")]
    [InlineData("/a?q=a%2fb%20c+d&&=&?")]
    [InlineData("/~alice/-._")]
    public async Task A_canonical_target_reaches_the_origin_byte_for_byte(string target)
    {
        await using var origin = await OriginServer.StartAsync(context => context.Response.WriteAsync("x"));
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        var answer = await SendAsync(edge, target);

        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Equal(target, origin.Seen.Single().Target);
    }

    private static async Task<string> SendAsync(EdgeServer edge, string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(edge.Address).Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
                $"GET {target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
