using System.Text.Json;
using Flickr.Commands;

namespace Flickr.Tests.Way;

/// <summary>The operator's commands against a running system.</summary>
[Trait("Requirement", "R124")]
public sealed class OperatingTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    [Fact]
    [Trait("Requirement", "R092")]
    public async Task Status_and_alerts_show_all_six_programs()
    {
        var (code, said) = await RunAsync("status", "--json");
        var (_, alerts) = await RunAsync("alerts", "--json");

        using var status = JsonDocument.Parse(said);
        Assert.Equal(0, code);
        Assert.Equal(["Photos", "Edge", "ControlPlane", "Origin", "Origin", "Origin"], status.RootElement.EnumerateArray()
            .Select(node => node.GetProperty("said").GetProperty("program").GetString()));
        using var all = JsonDocument.Parse(alerts);
        Assert.All(all.RootElement.EnumerateArray(), node => Assert.NotEqual(0, node.GetProperty("said").GetArrayLength()));
    }

    [Fact]
    public async Task The_doctor_finds_the_programs_by_their_ports_and_says_what_is_wrong_elsewhere()
    {
        var (_, here) = await RunAsync("doctor", "--json", "--data", system.Up.DataDirectory);
        var (code, nowhere) = await RunAsync("doctor", "--json", "--admin", "http://127.0.0.1:1");

        Assert.Contains("Edge answers", here, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("does not answer", nowhere, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var said = new StringWriter();
        using var complaints = new StringWriter();
        var terminal = Terminal.Over(TextReader.Null, said, complaints, new Dictionary<string, string>());
        string[] ports = arguments.Contains("--admin") ? [] : ["--port-base", $"{system.Up.PortBase}"];
        var code = await CommandLine.RunAsync([.. arguments, .. ports], terminal);
        Assert.Equal("", complaints.ToString());
        return (code, said.ToString());
    }
}
