using BenchmarkDotNet.Running;

namespace Flickr.Micro;

/// <summary>Micro benches: <c>dotnet run -c Release --project bench/Micro -- --filter '*'</c>.</summary>
internal static class Bench
{
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Bench).Assembly).Run(args);
}
