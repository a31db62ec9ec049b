using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Browser.Tests;

/// <summary>The whole system as a user starts it: <c>flickr up</c> in a process of its own, on free ports, with empty data.</summary>
public sealed class RunningFlickr : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("flickr-browser").FullName;
    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <summary>Address of the photo service, e.g. <c>http://127.0.0.1:23456</c>.</summary>
    public string Photos { get; private set; } = "";

    /// <summary>Address of the edge.</summary>
    public string Edge { get; private set; } = "";

    /// <summary>Address of a storage node.</summary>
    public string Origin { get; private set; } = "";

    /// <summary>Where the programs keep their state.</summary>
    public string Data => _data;

    /// <summary>What storage nodes ask of who writes.</summary>
    public string StorageKey => File.ReadAllText(Path.Combine(_data, "secrets", "storage.key")).Trim();

    public async ValueTask InitializeAsync()
    {
        var port = FreePortBase();
        Photos = $"http://127.0.0.1:{port}";
        Edge = $"http://127.0.0.1:{port + 1}";
        Origin = $"http://127.0.0.1:{port + 10}";
        var program = Path.Combine(AppContext.BaseDirectory, "flickr.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, "up", "--port-base", $"{port}", "--data", _data])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilItAnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task UntilItAnswersAsync()
    {
        using var client = new HttpClient();
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync($"{Photos}/signin");
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (since.Elapsed < TimeSpan.FromSeconds(60) && !_process!.HasExited)
            {
                await Task.Delay(50);
            }
            catch (HttpRequestException fault)
            {
                throw new InvalidOperationException($"flickr up did not come up:\n{_output}", fault);
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    /// <summary>A base whose thirteen public and thirteen admin ports are all free now.</summary>
    private static int FreePortBase()
    {
        while (true)
        {
            var candidate = Random.Shared.Next(20_000, 30_000);
            if (Enumerable.Range(candidate, 13).Concat(Enumerable.Range(candidate + 1000, 13)).All(IsFree))
            {
                return candidate;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
