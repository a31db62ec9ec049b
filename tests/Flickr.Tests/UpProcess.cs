using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Flickr.Tests;

/// <summary>A real <c>flickr up</c> as a child process.</summary>
internal sealed class UpProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<string> _firstLine =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private UpProcess(string dataDirectory, int portBase, IEnumerable<string> more,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        (DataDirectory, PortBase) = (dataDirectory, portBase);
        var start = new ProcessStartInfo(Executable)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] arguments = ["up", "--json", "--data", dataDirectory, "--port-base",
            portBase.ToString(CultureInfo.InvariantCulture), .. more];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _firstLine.TrySetResult(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _errors.Enqueue(line.Data);
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The built command; the build puts it beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "flickr");

    public string DataDirectory { get; }

    public int PortBase { get; }

    public int ProcessId => _process.Id;

    /// <summary>Lines on standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Seconds from the process's start to ready, as the command measured them.</summary>
    public double ReadySeconds { get; private set; }

    public Uri Photos => At(0);

    public Uri Edge => At(1);

    public Uri ControlPlane => At(2);

    public Uri Origin(int index) => At(10 + index);

    public Uri Admin(int offset) => At(1_000 + offset);

    public string Secret(string name) =>
        File.ReadAllText(Path.Combine(DataDirectory, "secrets", name + ".key")).Trim();

    /// <summary>Starts and waits until every node is ready.</summary>
    public static Task<UpProcess> StartAsync(string dataDirectory, int? portBase = null, params string[] more) =>
        StartAsync(dataDirectory, portBase, null, more);

    /// <summary>Starts with settings in the environment and waits until every node is ready.</summary>
    public static async Task<UpProcess> StartAsync(string dataDirectory, int? portBase,
        IReadOnlyDictionary<string, string>? environment, params string[] more)
    {
        var up = new UpProcess(dataDirectory, portBase ?? FreePorts.Base(), more, environment);
        var line = await up._firstLine.Task.WaitAsync(StartBound);
        if (!line.StartsWith('{'))
        {
            await up.DisposeAsync();
            throw new InvalidOperationException("flickr up did not start: " + string.Join('\n', up.Errors));
        }
        using var report = JsonDocument.Parse(line);
        up.ReadySeconds = report.RootElement.GetProperty("readySeconds").GetDouble();
        return up;
    }

    /// <summary>Runs <c>flickr up</c> where it must refuse; returns its exit code and what it said.</summary>
    public static async Task<(int ExitCode, IReadOnlyList<string> Errors)> RefusedAsync(string dataDirectory,
        int portBase, params string[] more)
    {
        await using var up = new UpProcess(dataDirectory, portBase, more);
        await up._process.WaitForExitAsync().WaitAsync(StartBound);
        return (up._process.ExitCode, up.Errors);
    }

    /// <summary>SIGTERM, and the exit code when the process has ended.</summary>
    public async Task<int> StopAsync(int signal = 15)
    {
        Signal(signal);
        await _process.WaitForExitAsync().WaitAsync(StopBound);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: what was not durable is gone.</summary>
    public async Task KillAsync()
    {
        Signal(9);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(9);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private Uri At(int offset) => new($"http://127.0.0.1:{PortBase + offset}");

    private void Signal(int signal) => _ = Kill(_process.Id, signal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
