using Microsoft.Extensions.Options;
using Xunit;

namespace Flickr.Origin.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task A_setting_out_of_range_stops_the_process_with_its_name_and_range()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestNode.StartAsync(folder.Path, ("Origin:Replicas", "12")));

        Assert.Contains("Replicas", error.Message, StringComparison.Ordinal);
        Assert.Contains("between 1 and 9", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, await OriginProgram.RunAsync(["--Origin:WriteQuorum=0"]));
    }

    [Fact]
    public async Task A_map_without_the_node_itself_is_refused()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<ArgumentException>(() => TestNode.StartAsync(
            folder.Path, ("Origin:Nodes:0:Id", "other"), ("Origin:Nodes:0:Address", "http://127.0.0.1:1")));

        Assert.Contains("Origin:NodeId", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_nodes_than_replicas_keep_fewer_copies()
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartAsync(folder.Path, ("Origin:Replicas", "3"));

        Assert.Equal((1, 1, 1), (node.Node.Map.Replicas, node.Node.Map.WriteQuorum, node.Node.Map.ReadQuorum));
    }
}
