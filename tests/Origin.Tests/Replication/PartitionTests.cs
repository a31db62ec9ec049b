using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Replication;

/// <summary>Three nodes whose lines to each other are pulled out, so that one side has the write quorum and the other has not.</summary>
public sealed class PartitionTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestNode[] _nodes = new TestNode[3];
    private readonly Dictionary<(int From, int To), Cable> _cables = [];

    public async ValueTask InitializeAsync()
    {
        var ports = TestCluster.FreePorts(9);
        for (var i = 0; i < 9; i++)
        {
            var (from, to) = (i / 3, i % 3);
            if (from != to)
            {
                _cables[(from, to)] = new Cable(ports[i], ports[to * 4]);
            }
        }
        for (var node = 0; node < 3; node++)
        {
            var settings = new List<(string, string)>
            {
                ("Origin:NodeId", $"node-{node}"), ("Origin:Listen", $"http://127.0.0.1:{ports[node * 4]}"),
                ("Origin:HandOverInterval", "00:00:00.1"), ("Origin:AntiEntropyInterval", "00:00:00.3"), ("Origin:PeerTimeout", "00:00:02"),
                ("Origin:PeerPause", "00:00:00"),
            };
            for (var other = 0; other < 3; other++)
            {
                var port = other == node ? ports[node * 4] : _cables[(node, other)].Port;
                settings.Add(($"Origin:Nodes:{other}:Id", $"node-{other}"));
                settings.Add(($"Origin:Nodes:{other}:Address", $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"));
            }
            _nodes[node] = await TestNode.StartAsync(Path.Combine(_folder.Path, $"{node}"), [.. settings]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
        foreach (var cable in _cables.Values)
        {
            await cable.DisposeAsync();
        }
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Requirement", "R111")]
    public async Task The_side_without_a_quorum_acknowledges_nothing_and_heals_by_itself(int alone)
    {
        var (one, other) = ((alone + 1) % 3, (alone + 2) % 3);
        var bytes = Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetBytes(3_000)).ToArray();
        await _nodes[alone].Client.PostAsync("/b", new ByteArrayContent(bytes[0]));
        Assert.Equal(201, await ClusterTests.LinkAsync(_nodes[alone], "/u/before", bytes[0], 1));
        ForEachLineOf(alone, cable => cable.PullOut());

        var refusedBlob = await _nodes[alone].Client.PostAsync("/b", new ByteArrayContent(bytes[1]));
        var refusedLink = await LinkOfKnownAsync(_nodes[alone], "/u/name", bytes[0], 7);
        await _nodes[one].Client.PostAsync("/b", new ByteArrayContent(bytes[2]));
        var taken = await ClusterTests.LinkAsync(_nodes[one], "/u/name", bytes[2], 5);
        var unsure = await _nodes[alone].Client.GetAsync("/u/name");

        // Neither a write nor a read of a name on the lonely side claims what it cannot know.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusedBlob.StatusCode);
        Assert.Equal(503, refusedLink);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unsure.StatusCode);
        Assert.Equal(201, taken);
        Assert.Equal(bytes[2], await _nodes[other].Client.GetByteArrayAsync("/u/name"));
        Assert.Equal(bytes[0], await _nodes[alone].Client.GetByteArrayAsync($"/b/{Digest.OfBytes(bytes[0])}"));

        ForEachLineOf(alone, cable => cable.PlugIn());

        await TestCluster.Becomes(() => _nodes[alone].Node.Store.Probe(Digest.OfBytes(bytes[2])).IsPresent, "the lonely node has the blob");
        await TestCluster.Becomes(() => _nodes.Select(node => Convert.ToHexString(SHA256.HashData(
            [.. node.Node.Store.BlobSums.ToArray(), .. node.Node.Store.LinkSums.ToArray()]))).Distinct().Count() == 1, "all three agree");
        var after = await Task.WhenAll(_nodes.Select(node => node.Client.GetByteArrayAsync("/u/name")));
        Assert.All(after, got => Assert.Equal(after[0], got));
        Assert.Equal(bytes[0], await _nodes[other].Client.GetByteArrayAsync("/u/before"));
    }

    /// <summary>A link to a blob that the node has.</summary>
    private static async Task<int> LinkOfKnownAsync(TestNode node, string path, byte[] bytes, long generation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path);
        request.Headers.Add("Link-Blob", Digest.OfBytes(bytes).ToString());
        request.Headers.Add("Link-Generation", generation.ToString(CultureInfo.InvariantCulture));
        using var answer = await node.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private void ForEachLineOf(int node, Action<Cable> change)
    {
        foreach (var (ends, cable) in _cables)
        {
            if (ends.From == node || ends.To == node)
            {
                change(cable);
            }
        }
    }
}
