using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Origin.Tests;

/// <summary>Real nodes of one cluster in one process, each with a folder and ports of its own.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int[] _ports;
    private readonly TestNode?[] _nodes;

    private TestCluster(int count, (string, string)[] settings)
    {
        _ports = FreePorts(count);
        _nodes = new TestNode?[count];
        Settings = settings;
    }

    public static async Task<TestCluster> StartAsync(int count, params (string, string)[] settings)
    {
        var cluster = new TestCluster(count, settings);
        for (var i = 0; i < count; i++)
        {
            await cluster.StartNodeAsync(i);
        }
        return cluster;
    }

    /// <summary>Settings of nodes that are started from now on.</summary>
    public (string, string)[] Settings { get; set; }

    public TestNode this[int index] => _nodes[index]!;

    public string FolderOf(int index) => Path.Combine(_folder.Path, index.ToString(CultureInfo.InvariantCulture));

    public async Task StartNodeAsync(int index)
    {
        var settings = new List<(string, string)>
        {
            ("Origin:NodeId", $"node-{index}"),
            ("Origin:Listen", $"http://127.0.0.1:{_ports[index]}"),
            ("Origin:Key", "between nodes"),
            ("Origin:HandOverInterval", "00:00:00.1"),
            ("Origin:PeerTimeout", "00:00:10"),
        };
        for (var i = 0; i < _ports.Length; i++)
        {
            settings.Add(($"Origin:Nodes:{i}:Id", $"node-{i}"));
            settings.Add(($"Origin:Nodes:{i}:Address", $"http://127.0.0.1:{_ports[i]}"));
        }
        var node = await TestNode.StartAsync(FolderOf(index), [.. settings, .. Settings]);
        node.Client.DefaultRequestHeaders.Add("Authorization", "Bearer between nodes");
        _nodes[index] = node;
    }

    public async Task StopNodeAsync(int index)
    {
        await _nodes[index]!.DisposeAsync();
        _nodes[index] = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }
        _folder.Dispose();
    }

    /// <summary>Polls until the condition holds; fails the test after 20 seconds.</summary>
    public static async Task Becomes(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!condition())
        {
            Xunit.Assert.True(DateTime.UtcNow < deadline, $"not within 20 s: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>Ports below the range from which outgoing connections take theirs, so that nothing takes one in between.</summary>
    public static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(12_000, 32_000));
            try
            {
                listener.Start();
                ports.Add(((IPEndPoint)listener.LocalEndpoint).Port);
                listener.Stop();
            }
            catch (SocketException)
            {
                continue;
            }
        }
        return [.. ports];
    }
}
