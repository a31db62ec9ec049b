using System.Diagnostics;
using System.Globalization;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Load.Questions;

/// <summary>
/// Restart of the log tier with many objects, after a clean stop and after a kill (a copy of the folder of a
/// running tier). <c>dotnet run -c Release --project bench/Load -- restart [--objects N]</c>.
/// </summary>
internal static class RestartQuestion
{
    private static readonly EdgeLogOptions Options = new() { AdmitAll = true, QueueBytesMax = 256L << 20 };

    public static async Task RunAsync(int objects, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("flickr-restart-").FullName;
        var killed = Directory.CreateTempSubdirectory("flickr-restart-").FullName;
        var clock = Stopwatch.StartNew();
        var tier = LogTier.Open(Options, folder, TimeProvider.System, NullLogger.Instance);
        for (var i = 0; i < objects; i++)
        {
            Write(tier, i);
            if (i % 20_000 == 0)
            {
                await tier.FlushAsync(CancellationToken.None);
            }
        }
        await tier.CheckpointAsync(CancellationToken.None);
        await SayAsync(output, $"{objects} objects written in {clock.Elapsed.TotalSeconds:F1} s, {tier.Statistics.DiskBytes >> 20} MiB");
        Copy(Path.Combine(folder, Options.Directory), Path.Combine(killed, Options.Directory));
        clock.Restart();
        await tier.DisposeAsync();
        await SayAsync(output, $"clean stop in {clock.Elapsed.TotalMilliseconds:F0} ms");
        await OpenAsync(folder, "after a clean stop", objects, output);
        await OpenAsync(killed, "after a kill", objects, output);
        Directory.Delete(folder, recursive: true);
        Directory.Delete(killed, recursive: true);
    }

    private static async Task OpenAsync(string folder, string what, int objects, TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        await using var tier = LogTier.Open(Options, folder, TimeProvider.System, NullLogger.Instance);
        var opened = clock.Elapsed;
        var first = await tier.ReadAsync(Key(objects / 2), CancellationToken.None);
        var hit = clock.Elapsed;
        var random = new Random(1);
        var found = first is null ? 0 : 1;
        first?.Dispose();
        for (var i = 1; i < 10_000; i++)
        {
            using var read = await tier.ReadAsync(Key(random.Next(objects)), CancellationToken.None);
            found += read is null ? 0 : 1;
        }
        await SayAsync(
            output, $"{what}: open {opened.TotalMilliseconds:F0} ms, first hit after {hit.TotalMilliseconds:F0} ms, {found} of 10000 found");
    }

    private static void Write(LogTier tier, int number)
    {
        using var writer = tier.StartWrite(Key(number), 300)!;
        writer.TryAppend(new byte[300]);
        if (!writer.Commit(new byte[200], 1))
        {
            throw new InvalidOperationException("the queue is full");
        }
    }

    private static CacheKey Key(int number) =>
        new((ulong)number * 0x9E3779B97F4A7C15, ((ulong)number * 0xC2B2AE3D27D4EB4F) + 1);

    private static Task SayAsync(TextWriter output, FormattableString text) =>
        output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) != "lock")
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var copy = File.Create(target);
                source.CopyTo(copy);
            }
        }
    }
}
