using BenchmarkDotNet.Running;

namespace Flickr.Micro;

/// <summary>Micro benches: <c>dotnet run -c Release --project bench/Micro -- --filter '*'</c>.</summary>
internal static class Bench
{
    private static async Task Main(string[] args)
    {
        if (args is ["cache-log-cost"])
        {
            await CacheLogCost.RunAsync(Console.Out);
            return;
        }
        BenchmarkSwitcher.FromAssembly(typeof(Bench).Assembly).Run(args);
    }
}
