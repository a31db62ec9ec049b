using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Flickr.Drills;

/// <summary>A real edge as a process of its own.</summary>
internal sealed partial class EdgeProcess : IDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("flickr-drill-").FullName;

    private EdgeProcess(DrillOrigin origin, int port, string[] wrap, string[] more)
    {
        (Port, AdminPort) = (port, FreePort());
        string[] command = [.. wrap, Path.Combine(AppContext.BaseDirectory, "Flickr.Edge"),
            $"--Edge:Listen=http://127.0.0.1:{Port}", $"--Edge:AdminListen=http://127.0.0.1:{AdminPort}",
            $"--Edge:DataDirectory={_folder}", "--Edge:Memory:BytesMax=134217728", "--Edge:Log:Enabled=false",
            "--Edge:Sites:0:Host=*", $"--Edge:Sites:0:Upstreams:0=http://127.0.0.1:{origin.Port}",
            "--Logging:LogLevel:Default=Warning", .. more];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    public int AdminPort { get; }

    public bool HasEnded => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Starts and waits until it is ready.</summary>
    public static async Task<EdgeProcess> StartAsync(DrillOrigin origin, int? port = null, string[]? wrap = null, params string[] more)
    {
        var edge = new EdgeProcess(origin, port ?? FreePort(), wrap ?? [], more);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var began = TimeProvider.System.GetTimestamp();
        while (!await edge.IsReadyAsync(http))
        {
            if (edge.HasEnded || TimeProvider.System.GetElapsedTime(began) > StartBound)
            {
                edge.Dispose();
                throw new InvalidOperationException("the edge did not start");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        return edge;
    }

    public Uri At(string path) => new($"http://127.0.0.1:{Port}{path}");

    public void Signal(int signal) => _ = Kill(_process.Id, signal);

    public Task EndAsync() => _process.WaitForExitAsync();

    /// <summary>Resident bytes, open descriptors and threads, of the process itself or of the one it wraps.</summary>
    public (long Resident, int Descriptors, int Threads) Holds()
    {
        using var now = Process.GetProcessById(_process.Id);
        return (now.WorkingSet64, Directory.GetFiles($"/proc/{_process.Id}/fd").Length, now.Threads.Count);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal(18);
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{AdminPort}/readyz"))))
                .IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
