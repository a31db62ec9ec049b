using System.Diagnostics;
using System.Globalization;

namespace Flickr.Origin.Tests.Crash;

/// <summary>A node in a process of its own, which can be killed as the kernel kills.</summary>
internal sealed class ChildNode(int index, int[] ports, string folder) : IDisposable
{
    private Process? _process;

    public string Address => $"http://127.0.0.1:{ports[index]}";

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Flickr.Origin.dll"));
        var settings = new List<string>
        {
            $"Origin:NodeId=node-{index}", $"Origin:Listen={Address}", $"Origin:DataDirectory={folder}",
            "Origin:Volumes:ReserveBytes=0", "Origin:Volumes:VolumeBytesMax=4194304", "Origin:HandOverInterval=00:00:00.2",
            "Origin:AntiEntropyInterval=00:00:02", "Logging:LogLevel:Default=Error",
        };
        for (var i = 0; i < ports.Length; i++)
        {
            settings.Add(string.Create(CultureInfo.InvariantCulture, $"Origin:Nodes:{i}:Id=node-{i}"));
            settings.Add(string.Create(CultureInfo.InvariantCulture, $"Origin:Nodes:{i}:Address=http://127.0.0.1:{ports[i]}"));
        }
        settings.ForEach(setting => start.ArgumentList.Add("--" + setting));
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>kill -9: no handler runs, nothing is flushed by the process.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP: the process keeps its sockets and does nothing.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    /// <summary>Waits until the node answers; fails after 60 seconds.</summary>
    public async Task AnswersAsync(HttpClient client)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                using var response = await client.GetAsync($"{Address}/b/{new string('0', 64)}");
                return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(30);
            }
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }
}
