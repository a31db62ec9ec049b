using System.Diagnostics;
using System.Globalization;

namespace Flickr.Photos.Imaging;

/// <summary>One worker process. Used by one caller at a time; once a call has failed the process is dead and stays so.</summary>
internal sealed class ImageWorkerProcess : IDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private ImageWorkerProcess(Process process, TimeProvider time)
    {
        _process = process;
        _time = time;
        ProcessId = process.Id;
    }

    /// <summary>Jobs answered so far.</summary>
    public int Jobs { get; private set; }

    /// <summary>Resident memory at the last answer.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>The operating system's number of the process.</summary>
    public int ProcessId { get; }

    /// <summary>Whether it can take a job.</summary>
    public bool IsAlive => !_process.HasExited;

    public static ImageWorkerProcess Start(string workFolder, TimeProvider time)
    {
        var process = Process.Start(WorkerCommand.Make(workFolder))
            ?? throw new InvalidOperationException("the image worker did not start");
        process.ErrorDataReceived += (_, _) => { }; // drained, so that a chatty decoder cannot block on a full pipe
        process.BeginErrorReadLine();
        return new ImageWorkerProcess(process, time);
    }

    /// <summary>The answer, or null when the worker died, was late, grew past <paramref name="memoryBytesMax"/> or spoke nonsense: it is killed then.</summary>
    public async Task<ImageAnswer?> TryRunAsync(
        ImageJob job, TimeSpan timeMax, long memoryBytesMax, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeMax, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var watch = _time.CreateTimer(
            _ => KillWhenLargerThan(memoryBytesMax), null, WatchEvery, WatchEvery);
        try
        {
            await WorkerFrame.WriteAsync(_process.StandardInput.BaseStream, job, stop.Token);
            if (await WorkerFrame.ReadAnswerAsync(_process.StandardOutput.BaseStream, stop.Token) is not { } answer)
            {
                Kill();
                return null;
            }
            Jobs++;
            MemoryBytes = answer.MemoryBytes;
            return answer;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or OperationCanceledException)
        {
            Kill();
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return; // it was quicker
        }
        _process.WaitForExit(TimeSpan.FromSeconds(5));
    }

    private void KillWhenLargerThan(long memoryBytesMax)
    {
        try
        {
            // Second field: resident pages.
            var fields = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ');
            if (long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize > memoryBytesMax)
            {
                _process.Kill();
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return; // gone already, or no /proc here: the container's limit remains
        }
    }
}
