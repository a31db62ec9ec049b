using System.Net;
using System.Security.Cryptography;
using Xunit;

namespace Flickr.Origin.Tests.Crash;

/// <summary>Node processes frozen by SIGSTOP: connections stay open and nothing answers, which is worse than a dead node.</summary>
[Trait("Category", "Crash")]
public sealed class FrozenNodeTests
{
    [Fact]
    [Trait("Requirement", "R111")]
    public async Task A_frozen_node_holds_nobody_up_and_two_frozen_ones_mean_503_until_they_thaw()
    {
        using var folder = new TemporaryFolder();
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        var ports = TestCluster.FreePorts(3);
        var nodes = Enumerable.Range(0, 3).Select(i => new ChildNode(i, ports, Path.Combine(folder.Path, $"{i}"))).ToArray();
        try
        {
            Array.ForEach(nodes, node => node.Start());
            await Task.WhenAll(nodes.Select(node => node.AnswersAsync(client)));
            var bytes = Enumerable.Range(0, 8).Select(_ => RandomNumberGenerator.GetBytes(20_000)).ToArray();
            Assert.Equal(HttpStatusCode.Created, await PostAsync(client, nodes[0], bytes[0]));

            nodes[2].Freeze();
            for (var i = 1; i < 6; i++)
            {
                Assert.Equal(HttpStatusCode.Created, await PostAsync(client, nodes[i % 2], bytes[i]));
                Assert.Equal(bytes[i], await GetAsync(client, nodes[(i + 1) % 2], bytes[i]));
            }
            nodes[1].Freeze();
            var refused = await PostAsync(client, nodes[0], bytes[6]);
            nodes[1].Thaw();
            nodes[2].Thaw();

            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
            await Task.WhenAll(nodes.Select(node => node.AnswersAsync(client)));
            Assert.Equal(HttpStatusCode.Created, await PostAsync(client, nodes[0], bytes[7]));
            for (var i = 0; i < 6; i++)
            {
                Assert.Equal(bytes[i], await GetAsync(client, nodes[2], bytes[i]));
            }
        }
        finally
        {
            Array.ForEach(nodes, node => node.Dispose());
        }
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, ChildNode node, byte[] bytes)
    {
        using var answer = await client.PostAsync(node.Address + "/b", new ByteArrayContent(bytes));
        return answer.StatusCode;
    }

    private static Task<byte[]> GetAsync(HttpClient client, ChildNode node, byte[] bytes) =>
        client.GetByteArrayAsync($"{node.Address}/b/{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
}
