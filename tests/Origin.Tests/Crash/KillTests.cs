using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Flickr.Origin.Tests.Crash;

/// <summary>
/// The crash harness: three node processes under load, kill -9 at random points. <c>FLICKR_KILLS=10000 dotnet run --project
/// tests/Origin.Tests -- --filter-trait Category=Crash</c> is the long run; without the variable it is a short share.
/// </summary>
[Trait("Category", "Crash")]
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Requirement", "R036")]
    public async Task Nodes_killed_at_random_points_lose_nothing_that_was_acknowledged()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("FLICKR_KILLS") ?? "10", CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var ports = TestCluster.FreePorts(3);
        var nodes = Enumerable.Range(0, 3)
            .Select(i => new ChildNode(i, ports, Path.Combine(folder.Path, $"{i}"))).ToArray();
        try
        {
            Array.ForEach(nodes, node => node.Start());
            await Task.WhenAll(nodes.Select(node => node.AnswersAsync(client)));
            var log = new AcknowledgedLog(client, [.. nodes.Select(node => node.Address)]);
            var goOn = true;
            var writers = Enumerable.Range(0, 4).Select(i => log.WriteAsync(i, () => Volatile.Read(ref goOn))).ToList();

            var took = await KillAsync(nodes, kills, client);
            Volatile.Write(ref goOn, false);
            await Task.WhenAll(writers);

            Assert.True(log.Blobs.Count > kills, $"the clients got on with their work: {log.Blobs.Count} blobs");
            foreach (var node in nodes)
            {
                Assert.Empty(await log.CompareAsync(node.Address));
            }
            output.WriteLine($"{kills} kills in {took.TotalSeconds:F0} s, {log.Blobs.Count} blobs and {log.Links.Count} links "
                + "acknowledged, 0 lost, 0 wrong, compared on each of 3 nodes");
        }
        finally
        {
            Array.ForEach(nodes, node => node.Dispose());
        }
    }

    /// <summary>One node at a time, and now and then all three at once, as when the power goes.</summary>
    private static async Task<TimeSpan> KillAsync(ChildNode[] nodes, int kills, HttpClient client)
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(17);
        for (var done = 0; done < kills;)
        {
            await Task.Delay(random.Next(50, 600));
            var victims = random.Next(5) == 0 ? nodes : [nodes[random.Next(3)]];
            Array.ForEach(victims, victim => victim.Kill());
            await Task.Delay(random.Next(0, 200));
            Array.ForEach(victims, victim => victim.Start());
            await Task.WhenAll(victims.Select(victim => victim.AnswersAsync(client)));
            done += victims.Length;
        }
        return watch.Elapsed;
    }
}
