using System.Globalization;

namespace Flickr.Store;

/// <summary>
/// Benches of the origin's storage: <c>append [rounds] [directory [bytes at least]]</c>, <c>restart [blobs] [directory]</c>,
/// <c>http [seconds]</c> (beside nginx dav and OpenStack Swift where they are installed).
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var number = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
        var folder = args.Length > 2 ? Directory.CreateDirectory(Path.Combine(args[2], Guid.NewGuid().ToString("N"))).FullName
            : Directory.CreateTempSubdirectory("flickr-store-").FullName;
        try
        {
            switch (args.FirstOrDefault())
            {
                case "append":
                    await AppendBench.RunAsync(folder, number > 0 ? number : 5,
                        args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 0, Console.Out);
                    return 0;
                case "restart":
                    await RestartRun.RunAsync(folder, number > 0 ? number : 1_000_000, Console.Out);
                    return 0;
                case "http":
                    await HttpBench.RunAsync(folder, number > 0 ? number : 5, Console.Out);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync("append [rounds] [directory [bytes at least]] | restart [blobs] [directory] | http [seconds]");
                    return 2;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
