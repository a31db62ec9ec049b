using System.Diagnostics;
using System.Globalization;

namespace Flickr.Micro;

/// <summary>
/// What the log tier costs in processor time beside flat files: five interleaved rounds, medians. Processor
/// time is compared because it stays what it is when others use the machine, too. <c>dotnet run -c Release
/// --project bench/Micro -- cache-log-cost</c>.
/// </summary>
internal static class CacheLogCost
{
    private const int Rounds = 5;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("| object | what | FASTER cpu us | flat cpu us | ratio | FASTER wall us | flat wall us |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|");
        foreach (var bytes in new[] { 4 << 10, 50 << 10, 1 << 20 })
        {
            var bench = new CacheLogBench { ObjectBytes = bytes };
            bench.Fill();
            var operations = bytes > 100_000 ? 128 : 2000;
            await CompareAsync(output, bytes, "read, one at a time", operations,
                () => RepeatAsync(operations, bench.FasterDiskRead), () =>
                    RepeatAsync(operations, bench.FlatRead));
            await CompareAsync(output, bytes, "read, 16 at a time", operations,
                () => RepeatAsync(operations / 16, bench.FasterDiskRead16), () =>
                    RepeatAsync(operations / 16, bench.FlatRead16));
            await CompareAsync(output, bytes, "write", operations,
                () => RepeatAsync(operations / 64, bench.FasterWrite), () =>
                    RepeatAsync(operations / 64, () => Task.Run(bench.FlatWrite)));
            bench.Clear();
        }
    }

    private static async Task CompareAsync(
        TextWriter output, int bytes, string what, int operations, Func<Task> faster, Func<Task> flat)
    {
        await faster();
        await flat();
        var costs = (Faster: new List<Cost>(), Flat: new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            costs.Faster.Add(await MeasureAsync(faster, operations));
            costs.Flat.Add(await MeasureAsync(flat, operations));
        }
        var (fasterCpu, flatCpu) =
            (Median(costs.Faster, cost => cost.Cpu), Median(costs.Flat, cost => cost.Cpu));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {bytes >> 10} KB | {what} | {fasterCpu:F1} | {flatCpu:F1} | {fasterCpu / flatCpu:F1} "
            + $"| {Median(costs.Faster, cost => cost.Wall):F1} | {Median(costs.Flat, cost => cost.Wall):F1} |"));
    }

    private static async Task RepeatAsync<T>(int times, Func<T> act)
        where T : Task
    {
        for (var i = 0; i < times; i++)
        {
            await act();
        }
    }

    private static async Task<Cost> MeasureAsync(Func<Task> act, int operations)
    {
        var process = Process.GetCurrentProcess();
        var (cpu, wall) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await act();
        wall.Stop();
        process.Refresh();
        return new Cost(
            (process.TotalProcessorTime - cpu).TotalMicroseconds / operations,
                wall.Elapsed.TotalMicroseconds / operations);
    }

    private static double Median(List<Cost> costs, Func<Cost, double> of) =>
        costs.Select(of).Order().ElementAt(costs.Count / 2);

    private readonly record struct Cost(double Cpu, double Wall);
}
