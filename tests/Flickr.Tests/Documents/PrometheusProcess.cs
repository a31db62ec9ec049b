using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Flickr.Tests.Documents;

/// <summary>Debian's Prometheus over a running <c>flickr up</c>, with our rules, asking every second.</summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private PrometheusProcess(Process process, Uri address) =>
        (_process, _http) = (process, new HttpClient { BaseAddress = address });

    /// <summary>Starts it and waits until it has asked every program once.</summary>
    public static async Task<PrometheusProcess> StartAsync(TemporaryFolder folder, UpProcess up)
    {
        var port = FreePort();
        await File.WriteAllTextAsync(folder.At("prometheus.yml"), Configuration(up));
        var start = new ProcessStartInfo("prometheus", [
            "--config.file=" + folder.At("prometheus.yml"), "--storage.tsdb.path=" + folder.At("prometheus"),
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--log.level=error"]);
        var prometheus = new PrometheusProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        await Patiently.UntilAsync("Prometheus has asked all six", TimeSpan.FromSeconds(40), async () =>
            !prometheus._process.HasExited && await prometheus.IsListeningAsync()
                && (await prometheus.QueryAsync("sum(up)")).SequenceEqual([6.0]));
        return prometheus;
    }

    /// <summary>The values that a query has now; NaN where there is nothing to divide.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string query)
    {
        using var json = await GetAsync("/api/v1/query?query=" + Uri.EscapeDataString(query));
        Assert.True(json.RootElement.GetProperty("status").GetString() == "success",
            $"{query}: {json.RootElement}");
        return [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(sample => double.Parse(sample.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))];
    }

    /// <summary>Name, health and state of every rule.</summary>
    public async Task<IReadOnlyList<(string Name, string Health, string State)>> RulesAsync()
    {
        using var json = await GetAsync("/api/v1/rules");
        return [.. json.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(rule => (rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString()!,
                rule.GetProperty("state").GetString()!))];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static string Configuration(UpProcess up)
    {
        string Job(string name, params int[] offsets) => $"  - job_name: {name}\n    static_configs:\n      - targets: ["
            + string.Join(", ", offsets.Select(offset => $"\"{up.Admin(offset).Authority}\"")) + "]\n";
        return "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files:\n  - "
            + Path.Combine(CommittedPage.Root, OpsFiles.Alerts) + "\nscrape_configs:\n"
            + Job("photos", 0) + Job("edge", 1) + Job("control-plane", 2) + Job("origin", 10, 11, 12);
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            return (await _http.GetAsync("/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonDocument> GetAsync(string path) =>
        JsonDocument.Parse(await (await _http.GetAsync(path)).Content.ReadAsStringAsync());

    private static int FreePort()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return ((IPEndPoint)taken.LocalEndpoint).Port;
    }
}
