using System.Diagnostics;

namespace Flickr.Photos.Imaging;

/// <summary>The life of a worker process: read a job, do it, answer, until the service closes the pipe.</summary>
internal static class ImageWorker
{
    /// <summary>First argument that makes the Photos executable a worker.</summary>
    public const string Argument = "image-worker";

    /// <summary>Runs until standard input ends. Exit code 0, or 3 when the pipe carried something else.</summary>
    public static async Task<int> RunAsync()
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        Console.SetOut(TextWriter.Null); // standard output carries frames and nothing else
        ImageDecoder.Prepare();
        try
        {
            while (await WorkerFrame.ReadJobAsync(input, CancellationToken.None) is { } job)
            {
                // The service kills a worker that is late. Should the service itself be gone, the worker does it.
                using var overdue = new Timer(
                    _ => Process.GetCurrentProcess().Kill(), null, 2L * job.Limits.JobMillisecondsMax, Timeout.Infinite);
                var answer = ImageDecoder.Run(job);
                await WorkerFrame.WriteAsync(
                    output, answer with { MemoryBytes = Environment.WorkingSet }, CancellationToken.None);
            }
            return 0;
        }
        catch (InvalidDataException)
        {
            return 3;
        }
        catch (IOException)
        {
            return 0; // the service went away while we answered
        }
    }
}
