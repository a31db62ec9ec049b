using Flickr.Edge;
using Flickr.Tests.Client;
using Microsoft.Extensions.Configuration;

namespace Flickr.Tests.Commands;

public sealed class EdgeWhatIfTests
{
    [Fact]
    [Trait("Requirement", "R079")]
    public async Task The_command_shows_a_row_for_each_size_and_marks_the_running_tier()
    {
        using var folder = new TemporaryFolder();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Edge:Listen"] = "http://127.0.0.1:0",
            ["Edge:AdminListen"] = "http://127.0.0.1:0",
            ["Edge:DataDirectory"] = folder.Path,
            ["Edge:Memory:BytesMax"] = $"{256L << 20}",
            ["Edge:Sites:0:Host"] = "*",
            ["Edge:Sites:0:Upstreams:0"] = "http://127.0.0.1:1",
        }).Build();
        await using var edge = EdgeProgram.Build([], settings);
        await edge.StartAsync(TestContext.Current.CancellationToken);

        var (code, output, error) = await Run.CommandAsync(folder, new Dictionary<string, string>(),
            "edge", "whatif", "--admin", edge.Urls.Last());

        Assert.Equal(0, code);
        string[] expected =
        [
            "64 MiB\t0.0 %\t0.0 %\t0.0 %\t0.0 %", "128 MiB\t0.0 %\t0.0 %\t0.0 %\t0.0 %",
            "256 MiB\t0.0 % *\t0.0 %\t0.0 %\t0.0 %", "512 MiB\t0.0 %\t0.0 %\t0.0 %\t0.0 %",
            "1 GiB\t0.0 %\t0.0 %\t0.0 %\t0.0 %",
        ];
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("0 requests seen (1 key in 16)", error, StringComparison.Ordinal);
    }
}
