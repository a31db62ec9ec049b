using System.Net;
using System.Net.Sockets;
using Flickr.Up;

namespace Flickr.Tests.Up;

/// <summary>What happens to the whole when one node fails.</summary>
public sealed class UpRunTests
{
    [Fact]
    public async Task A_node_that_stops_by_itself_is_named_and_the_others_can_be_stopped()
    {
        using var folder = new TemporaryFolder();
        var options = OptionsOf(folder);
        var nodes = UpPlan.Nodes(options, UpSecrets.ReadOrCreate(options.DataDirectory)).Take(3).ToList();
        using var log = new StringWriter();
        var run = new UpRun(log, verbose: false);
        Assert.Null(await run.StartAsync(nodes, TestContext.Current.CancellationToken));
        Assert.False(run.Broken.IsCompleted);

        run.Running[1].App.Lifetime.StopApplication();

        var refusal =
            await run.Broken.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.StartsWith("Origin 1 stopped by itself", refusal.Line, StringComparison.Ordinal);
        Assert.Equal(1, refusal.ExitCode);
        Assert.Empty(await run.StopAsync());
        Assert.All(nodes, node => Assert.True(IsFree(node.Port)));
    }

    [Fact]
    public async Task A_node_that_cannot_start_is_named_in_one_line_and_nothing_stays_running()
    {
        using var folder = new TemporaryFolder();
        var portBase = FreePorts.Base();
        folder.Write("data/edge", [1]);

        var (code, errors) = await UpProcess.RefusedAsync(folder.At("data"), portBase);

        Assert.NotEqual(0, code);
        Assert.Contains(errors, line => line.StartsWith("flickr up: Edge ", StringComparison.Ordinal));
        Assert.True(IsFree(portBase + 2));
    }

    [Fact]
    public async Task A_wrong_setting_is_said_with_its_name_and_code_2()
    {
        using var folder = new TemporaryFolder();
        var options = OptionsOf(folder);
        var node = UpPlan.Nodes(options, UpSecrets.ReadOrCreate(options.DataDirectory))
            .First(n => n.Program == UpProgram.Origin);
        var wrong = node with { Settings =
            new Dictionary<string, string?>(node.Settings) { ["Origin:Replicas"] = "99" } };
        using var log = new StringWriter();

        var refusal = await new UpRun(log, verbose: false)
            .StartAsync([wrong], TestContext.Current.CancellationToken);

        Assert.Equal(2, refusal!.ExitCode);
        Assert.Contains("Replicas", refusal.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_keeps_storage_and_admin_listeners_on_loopback_whatever_the_host()
    {
        var options =
            new UpOptions(8080, "0.0.0.0", "photos.example.org", "/data", Verbose: false, Json: false);

        var nodes = UpPlan.Nodes(options, new UpSecrets("o", "e", "s", "k"));

        Assert.Equal([8082, 8090, 8091, 8092, 8081, 8080], nodes.Select(node => node.Port));
        Assert.All(nodes, node => Assert.Equal(node.Port + 1000, node.AdminPort));
        foreach (var node in nodes)
        {
            var listen = node.Settings.Single(setting =>
                setting.Key.EndsWith(":Listen", StringComparison.Ordinal)).Value!;
            var admin = node.Settings.Single(setting =>
                setting.Key.EndsWith(":AdminListen", StringComparison.Ordinal)).Value!;
            Assert.StartsWith(node.Program == UpProgram.Origin ? "http://127.0.0.1:"
                : "http://0.0.0.0:", listen, StringComparison.Ordinal);
            Assert.StartsWith("http://127.0.0.1:", admin, StringComparison.Ordinal);
        }
        Assert.Equal("http://photos.example.org:8081", nodes[^1].Settings["Photos:EdgeAddress"]);
    }

    private static UpOptions OptionsOf(TemporaryFolder folder) =>
        new(FreePorts.Base(), "127.0.0.1", "127.0.0.1", folder.At("data"), Verbose: false, Json: false);

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
