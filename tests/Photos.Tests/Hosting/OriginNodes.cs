using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Flickr.Origin;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Flickr.Photos.Tests.Hosting;

/// <summary>Three real storage nodes of one cluster on loopback.</summary>
internal sealed class OriginNodes : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<WebApplication> _nodes = [];
    private readonly int[] _ports = [FreePort(), FreePort(), FreePort()];

    public HttpClient Http { get; } = new();

    public IReadOnlyList<string> Addresses => [.. _ports.Select(port => $"http://127.0.0.1:{port}")];

    public static async Task<OriginNodes> StartAsync()
    {
        var nodes = new OriginNodes();
        for (var i = 0; i < nodes._ports.Length; i++)
        {
            var settings = new Dictionary<string, string?>
            {
                ["Origin:NodeId"] = $"node-{i}",
                ["Origin:Listen"] = nodes.Addresses[i],
                ["Origin:AdminListen"] = "http://127.0.0.1:0",
                ["Origin:DataDirectory"] = Directory.CreateDirectory(nodes._folder.File(i.ToString(CultureInfo.InvariantCulture))).FullName,
                ["Origin:HandOverInterval"] = "00:00:00.1",
                ["Origin:PeerTimeout"] = "00:00:10",
            };
            for (var j = 0; j < nodes._ports.Length; j++)
            {
                settings[$"Origin:Nodes:{j}:Id"] = $"node-{j}";
                settings[$"Origin:Nodes:{j}:Address"] = nodes.Addresses[j];
            }
            var app = OriginProgram.Build(
                ["--Logging:LogLevel:Default=Error"], new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            await app.StartAsync();
            nodes._nodes.Add(app);
        }
        return nodes;
    }

    /// <summary>Settings that make the photo service use them.</summary>
    public Dictionary<string, string?> Settings => Addresses.Select((address, i) => (address, i))
        .ToDictionary(pair => $"Photos:Origins:{pair.i}", pair => (string?)pair.address);

    /// <summary>What each node says of a blob.</summary>
    public async Task<HttpStatusCode[]> HeadAsync(string digest)
    {
        var answers = new List<HttpStatusCode>();
        foreach (var address in Addresses)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"{address}/b/{digest}");
            using var answer = await Http.SendAsync(request);
            answers.Add(answer.StatusCode);
        }
        return [.. answers];
    }

    public async Task<HttpStatusCode> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(Addresses[0] + path);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
        _folder.Dispose();
    }

    // Below the range from which outgoing connections take theirs.
    private static int FreePort()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(12_000, 32_000));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                continue;
            }
        }
    }
}
