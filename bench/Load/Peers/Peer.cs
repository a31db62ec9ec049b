using System.Diagnostics;
using System.Net.Sockets;

namespace Flickr.Load.Peers;

/// <summary>A cache server under test: ours or one of Debian's packages, started on loopback and pinned to one processor.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private Peer(string name, string version, int port, Process process, string folder)
    {
        Name = name;
        Version = version;
        Port = port;
        _process = process;
        _folder = folder;
    }

    public string Name { get; }

    public string Version { get; }

    public int Port { get; }

    /// <summary>Makes the target of a path, e.g. by adding a token.</summary>
    public Func<string, string> Sign { get; init; } = path => path;

    /// <summary>Port of the admin listener of ours; 0 for others.</summary>
    public int AdminPort { get; init; }

    /// <summary>How it is told to forget an address.</summary>
    public PurgeWay Purge { get; init; }

    /// <summary>Processor time of the server and its children so far.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromSeconds(Tree().Sum(ProcessTable.ProcessorSeconds));

    /// <summary>Resident bytes of the server and its children.</summary>
    public long ResidentBytes => Tree().Sum(ProcessTable.ResidentBytes);

    /// <summary>Starts <paramref name="command"/> pinned to the order's processor and waits until it listens.</summary>
    public static Peer Start(PeerOrder order, string version, params string[] command)
    {
        var (name, folder, port) = (order.Name, order.Folder, order.Port);
        var start = new ProcessStartInfo("taskset", ["-c", $"{order.Processor}", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["TS_ROOT"] = folder;
        start.Environment["DOTNET_TieredPGO"] = "1";
        var process = Process.Start(start)!;
        var said = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        WaitForListener(name, port, process, said);
        return new Peer(name, version, port, process, folder)
        {
            Sign = order.Sign, AdminPort = order.AdminPort, Purge = order.Purge,
        };
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(5000);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<int> Tree() => ProcessTable.WithChildren(_process.Id);

    private static void WaitForListener(string name, int port, Process process, System.Text.StringBuilder said)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (since.Elapsed < TimeSpan.FromSeconds(20) && !process.HasExited)
            {
                Thread.Sleep(50);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"{name} did not start listening on {port}:\n{said}");
            }
        }
    }
}
