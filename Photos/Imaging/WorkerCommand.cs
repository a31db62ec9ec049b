using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Flickr.Photos.Imaging;

/// <summary>How this program starts itself as a worker, whoever hosts it.</summary>
internal static class WorkerCommand
{
    /// <summary>
    /// The command line: the executable beside <c>Flickr.Photos.dll</c> where there is one, else <c>dotnet exec</c> of the
    /// assembly. The environment is empty but for what the runtime itself needs: a worker has no keys to lose.
    /// </summary>
    public static ProcessStartInfo Make(string workFolder)
    {
        var assembly = typeof(WorkerCommand).Assembly.Location;
        var folder = Path.GetDirectoryName(assembly)!;
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workFolder,
        };
        var runtime = RuntimeFolder();
        var executable = Path.Combine(folder, "Flickr.Photos" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var hasOwnSettings = File.Exists(Path.Combine(folder, "Flickr.Photos.runtimeconfig.json"));
        if (File.Exists(executable) && hasOwnSettings)
        {
            start.FileName = executable;
        }
        else
        {
            start.FileName = Path.Combine(runtime, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            start.ArgumentList.Add("exec");
            if (!hasOwnSettings && Host(folder) is { } host)
            {
                start.ArgumentList.Add("--runtimeconfig");
                start.ArgumentList.Add(Path.Combine(folder, host + ".runtimeconfig.json"));
                start.ArgumentList.Add("--depsfile");
                start.ArgumentList.Add(Path.Combine(folder, host + ".deps.json"));
            }
            start.ArgumentList.Add(assembly);
        }
        start.ArgumentList.Add(ImageWorker.Argument);
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = runtime;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // no socket in /tmp
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["MALLOC_ARENA_MAX"] = "2"; // memory that glibc's arenas would not give back
        start.Environment["VIPS_CONCURRENCY"] = "1";
        start.Environment["TMPDIR"] = workFolder;
        return start;
    }

    // The program that hosts Photos, when Photos was copied beside it without settings of its own.
    private static string? Host(string folder)
    {
        var name = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name;
        return name is not null && File.Exists(Path.Combine(folder, name + ".runtimeconfig.json")) ? name : null;
    }

    // …/dotnet/shared/Microsoft.NETCore.App/10.0.x/ → …/dotnet
    private static string RuntimeFolder() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
