using System.Diagnostics;
using System.Text.Json;

namespace Flickr.Conformance.Tests;

/// <summary>
/// The public suite of HTTP cache tests (npm package http-cache-tests), installed beside the test binaries.
/// </summary>
internal static class CacheSuite
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "suite");

    /// <summary>
    /// Installs the package with npm, by the committed lock file. The test counts as not run where there is
    /// no npm.
    /// </summary>
    public static async Task InstallAsync()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", "http-cache-tests", "package.json")))
        {
            return;
        }
        try
        {
            var (code, output) = await RunAsync("npm", ["ci", "--no-fund", "--no-audit"],
                TimeSpan.FromMinutes(5));
            Assert.SkipWhen(code != 0, $"not run: npm could not install http-cache-tests: {output}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("not run: npm missing");
        }
    }

    /// <summary>Starts the suite's origin on a free port; dispose to end it.</summary>
    public static async Task<Origin> StartOriginAsync()
    {
        var start = StartInfo("node",
            [Path.Combine("node_modules", "http-cache-tests", "server", "server.mjs")]);
        start.Environment["npm_config_protocol"] = "http";
        start.Environment["npm_config_port"] = "0";
        start.Environment["npm_config_pidfile"] = Path.Combine(Folder, "server.pid");
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("Listening on ", StringComparison.Ordinal))
            {
                return new Origin(process, new Uri(line["Listening on ".Length..]).Port);
            }
        }
        throw new InvalidOperationException($"the origin ended: {await process.StandardError.ReadToEndAsync(patience.Token)}");
    }

    /// <summary>Runs the suite against a cache.</summary>
    public static async Task<IReadOnlyList<CacheTestResult>> RunAsync(string address)
    {
        var (code, output) = await RunAsync("node", ["--no-warnings", "run.mjs", address],
            TimeSpan.FromMinutes(8));
        Assert.True(code == 0, $"the suite ended with {code}: {output}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(parts => parts.Length == 5)
            .Select(parts => new CacheTestResult(parts[0], parts[1], parts[2], parts[3], parts[4]))];
    }

    /// <summary>The results of browsers, servers and services that the edition was published with.</summary>
    public static IReadOnlyList<PublishedResult> Published() =>
        [.. Directory.GetFiles(Path.Combine(Folder, "node_modules", "http-cache-tests", "results"), "*.json")
            .Select(file => new PublishedResult(Path.GetFileNameWithoutExtension(file),
                JsonDocument.Parse(File.ReadAllBytes(file)).RootElement))];

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments,
        TimeSpan limit)
    {
        using var process = Process.Start(StartInfo(program, arguments))!;
        using var patience = new CancellationTokenSource(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static ProcessStartInfo StartInfo(string program, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>The running origin of the suite.</summary>
    internal sealed class Origin(Process process, int port) : IDisposable
    {
        /// <summary>
        /// Its address. The suite's server listens on the IPv6 wildcard, which takes IPv4 too.
        /// </summary>
        public string Address { get; } = $"http://127.0.0.1:{port}";

        public void Dispose()
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }
}

/// <summary>What came of one test of the suite.</summary>
/// <param name="Id">Name of the test.</param>
/// <param name="Group">Its group.</param>
/// <param name="Kind">required, optimal or check.</param>
/// <param name="Outcome">pass, fail, setup (could not be set up), dependency (rests on one that failed),
/// untested.</param>
/// <param name="Message">What the suite said.</param>
internal sealed record CacheTestResult(string Id, string Group, string Kind, string Outcome, string Message);

/// <summary>A result that the suite was published with.</summary>
internal sealed record PublishedResult(string Name, JsonElement Tests)
{
    /// <summary>Whether the test was passed: anything but <c>true</c> says why not.</summary>
    public bool Passed(string id) => Tests.TryGetProperty(id, out var outcome) && outcome.ValueKind == JsonValueKind.True;
}
