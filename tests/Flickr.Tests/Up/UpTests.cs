using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Flickr.Tests.Client;

namespace Flickr.Tests.Up;

/// <summary>Starting, refusing to start, stopping and starting again.</summary>
[Trait("Requirement", "R124")]
public sealed class UpTests
{
    [Fact]
    public async Task Everything_starts_within_five_seconds_stops_cleanly_and_starts_again_on_the_same_data()
    {
        using var folder = new TemporaryFolder();
        using var client = new HttpClient();
        var portBase = FreePorts.Base();

        string key;
        await using (var first = await UpProcess.StartAsync(folder.At("data"), portBase))
        {
            Assert.InRange(first.ReadySeconds, 0.05, 5.0 * Slowness());
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(first.Photos)).StatusCode);
            key = first.Secret("operator");

            var clock = Stopwatch.StartNew();
            Assert.Equal(0, await first.StopAsync());
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
            Assert.DoesNotContain(first.Errors, line =>
                line.Contains("did not stop cleanly", StringComparison.Ordinal));
        }

        await using var second = await UpProcess.StartAsync(folder.At("data"), portBase);
        Assert.Equal(key, second.Secret("operator"));
        Assert.Equal(0, await second.StopAsync(signal: 2));
    }

    [Fact]
    public async Task Metrics_and_health_are_on_admin_listeners_only()
    {
        using var folder = new TemporaryFolder();
        using var client = new HttpClient();
        await using var up = await UpProcess.StartAsync(folder.At("data"));

        foreach (var offset in (int[])[0, 1, 2, 10, 11, 12])
        {
            var admin = up.Admin(offset);
            var metrics = await client.GetStringAsync(new Uri(admin, "/metrics"));
            Assert.Contains("# TYPE", metrics, StringComparison.Ordinal);
            Assert.Equal("ok\n", await client.GetStringAsync(new Uri(admin, "/healthz")));
            Assert.Equal("ready\n", await client.GetStringAsync(new Uri(admin, "/readyz")));
            foreach (var path in (string[])["/metrics", "/healthz", "/readyz"])
            {
                var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{up.PortBase + offset}{path}"));
                Assert.True((int)answer.StatusCode is >= 400 and < 500,
                    $"{answer.RequestMessage!.RequestUri} answered {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Secrets_are_readable_by_their_owner_alone_and_are_not_printed()
    {
        using var folder = new TemporaryFolder();
        await using var up = await UpProcess.StartAsync(folder.At("data"));

        foreach (var name in (string[])["operator", "edge", "service", "storage"])
        {
            var mode = File.GetUnixFileMode(folder.At("data", "secrets", name + ".key"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
            Assert.True(up.Secret(name).Length >= 43);
            Assert.DoesNotContain(up.Errors, line =>
                line.Contains(up.Secret(name), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(0, "Photos")]
    [InlineData(1, "Edge")]
    [InlineData(11, "Origin 2")]
    [InlineData(1002, "ControlPlane (admin)")]
    public async Task A_taken_port_is_named_with_who_needs_it_in_one_line_and_code_2(int offset, string who)
    {
        using var folder = new TemporaryFolder();
        var portBase = FreePorts.Base();
        using var taken = new TcpListener(IPAddress.Loopback, portBase + offset);
        taken.Start();

        var (code, errors) = await UpProcess.RefusedAsync(folder.At("data"), portBase);

        Assert.Equal(2, code);
        var line = Assert.Single(errors);
        Assert.Contains($"port {portBase + offset} is taken", line, StringComparison.Ordinal);
        Assert.Contains(who, line, StringComparison.Ordinal);
        Assert.Contains("--port-base", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_one_line_and_code_2()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", [1]);

        var (code, errors) = await UpProcess.RefusedAsync(Path.Combine(file, "data"), FreePorts.Base());
        var (codeOfKernel, errorsOfKernel) = await UpProcess.RefusedAsync("/proc/flickr", FreePorts.Base());

        Assert.Equal((2, 2), (code, codeOfKernel));
        Assert.Contains("cannot write to the data directory", Assert.Single(errors),
            StringComparison.Ordinal);
        Assert.Contains("/proc/flickr", Assert.Single(errorsOfKernel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_instance_on_the_same_data_is_one_line_that_names_the_first_and_code_2()
    {
        using var folder = new TemporaryFolder();
        await using var first = await UpProcess.StartAsync(folder.At("data"));

        var (code, errors) = await UpProcess.RefusedAsync(folder.At("data"), FreePorts.Base());

        Assert.Equal(2, code);
        var line = Assert.Single(errors);
        Assert.Contains("in use by another flickr up", line, StringComparison.Ordinal);
        Assert.Contains($"process {first.ProcessId}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_instance_leaves_nothing_that_stops_the_next()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await UpProcess.StartAsync(folder.At("data")))
        {
            await first.KillAsync();
        }

        await using var second = await UpProcess.StartAsync(folder.At("data"));

        Assert.Equal(0, await second.StopAsync());
    }

    [Theory]
    [InlineData("--port-base", "0", "--port-base must be 1 to 64523")]
    [InlineData("--port-base", "http", "http")]
    [InlineData("--host", "nowhere.example", "not an IP address")]
    public async Task A_wrong_option_is_code_2(string option, string value, string said)
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run.CommandAsync(folder, new Dictionary<string, string>(), "up",
            "--data", folder.At("data"), option, value);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    /// <summary>
    /// On a machine that other builds keep busy a start takes longer; FLICKR_TEST_SLOW says so.
    /// </summary>
    private static double Slowness() =>
        double.TryParse(Environment.GetEnvironmentVariable("FLICKR_TEST_SLOW"),
            System.Globalization.CultureInfo.InvariantCulture, out var factor) ? factor : 1;
}
