using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Edge.Tests.Harness;

/// <summary>An edge in a process of its own, so that its memory is its own.</summary>
internal sealed class EdgeProcess : IDisposable
{
    private readonly Process _process;
    private readonly TempFolder _folder = new();

    private EdgeProcess(string upstream, int port, int adminPort)
    {
        (Port, AdminAddress) = (port, $"http://127.0.0.1:{adminPort}");
        var start = new ProcessStartInfo("dotnet",
        [
            "exec", typeof(EdgeProgram).Assembly.Location, $"--Edge:Listen=http://127.0.0.1:{port}",
            $"--Edge:AdminListen={AdminAddress}", $"--Edge:DataDirectory={_folder.Path}",
            "--Edge:Sites:0:Host=*", $"--Edge:Sites:0:Upstreams:0={upstream}",
            "--Edge:Memory:BytesMax=67108864", "--Edge:Memory:LargePages=false",
            "--Edge:Collapse:ReaderWaitMax=00:02:00",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _ = _process.StandardOutput.ReadToEndAsync();
        _ = _process.StandardError.ReadToEndAsync();
    }

    public int Port { get; }

    public string AdminAddress { get; }

    /// <summary>Bytes of memory that are the process's own: the kernel's resident pages without files.</summary>
    public long OwnBytes => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) << 10)
        .Single();

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<EdgeProcess> StartAsync(string upstream)
    {
        var edge = new EdgeProcess(upstream, FreePort(), FreePort());
        using var client = EdgeServer.NewClient(edge.AdminAddress);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsReadyAsync(client))
        {
            Assert.False(limit.IsCancellationRequested, "the edge never became ready");
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
        return edge;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/readyz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
