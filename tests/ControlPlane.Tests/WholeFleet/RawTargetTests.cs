using System.Net.Sockets;
using System.Text;
using Flickr.Tokens.Paths;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>
/// The raw request targets of the design, sent as bytes to a real edge before an origin that echoes what it was asked.
/// </summary>
[Trait("Requirement", "R035")]
public sealed class RawTargetTests : IAsyncLifetime
{
    private StartedControlPlane _plane = null!;
    private EchoOrigin _origin = null!;
    private RealEdge _edge = null!;

    /// <summary>The 22, and whether the edge takes them.</summary>
    public static TheoryData<string, bool> Targets => new()
    {
        { "/u/42/a.jpg", true },
        { "/u/42/a%20b.jpg", true },
        { "/u/42/a+b.jpg", true },
        { "/u/42/../43/a.jpg", false },
        { "/u/42/./a.jpg", false },
        { "/u/42/%2e%2e/43/a.jpg", false },
        { "/u/42/.%2e/43/a.jpg", false },
        { "/u/42/%252e%252e/a.jpg", false },
        { "/u/42/a%2fb.jpg", false },
        { "/u/42/a%5cb.jpg", false },
        { "/u/42/a\\b.jpg", false },
        { "/u/42/a%zz.jpg", false },
        { "/u/42/%c0%ae/a.jpg", false },
        { "/u/42/a%2Bb.jpg", false },
        { "/u/42/a.jpg#f", false },
        { "//u/42/a.jpg", false },
        { "/u//42/a.jpg", false },
        { "/u/42/a%00.jpg", false },
        { "/u/42/\u00E9.jpg", false },
        { "/u/42/a;b=c/a.jpg", false },
        { "http://other.example/u/42/a.jpg", false },
        { "*", false },
    };

    public async ValueTask InitializeAsync()
    {
        _plane = await StartedControlPlane.StartAsync();
        _origin = await EchoOrigin.StartAsync();
        _origin.Public["u"] = 1;
        _edge = await RealEdge.StartAsync("edge-1", _plane.Address, _origin.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Attack_12_what_the_edge_verifies_is_what_the_origin_sees_for_each_of_22_raw_targets()
    {
        Assert.Equal(22, Targets.Count);
        foreach (var row in Targets)
        {
            var (raw, isTaken) = row.Data;
            _origin.Seen.Clear();

            var answer = await SendAsync(raw);

            if (isTaken)
            {
                Assert.True(CanonicalPath.TryParse(raw, out var verified, out _));
                Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
                Assert.EndsWith(verified.Value, answer, StringComparison.Ordinal);
                Assert.Equal(verified.Value, Assert.Single(_origin.Seen));
            }
            else
            {
                // "*" is a target, but of OPTIONS alone.
                var expected = raw == "*" ? "HTTP/1.1 405" : "HTTP/1.1 400";
                Assert.True(answer.StartsWith(expected, StringComparison.Ordinal), $"{raw}: {answer}");
                Assert.Empty(_origin.Seen);
            }
        }
    }

    private async Task<string> SendAsync(string raw)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", new Uri(_edge.Address).Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"GET {raw} HTTP/1.1\r\nHost: {_edge.Authority}\r\nConnection: close\r\n\r\n"));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
