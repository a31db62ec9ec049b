using System.Reflection;

namespace Flickr.Listening;

/// <summary>
/// Loads every assembly that the program may come to need before it listens. One that is first needed while the process
/// has no descriptor left cannot be loaded, and what failed to load once stays broken until the process ends.
/// </summary>
internal static class WarmUp
{
    private const string Done = "flickr.assemblies-loaded";

    /// <summary>Loads what the program's assembly refers to, and what that refers to. Once a process and program.</summary>
    /// <returns>How many were loaded.</returns>
    public static int LoadAssemblies(Assembly program)
    {
        var mark = Done + "." + program.GetName().Name;
        if (AppContext.TryGetSwitch(mark, out _))
        {
            return 0;
        }
        AppContext.SetSwitch(mark, true); // of the process, like the assemblies
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<Assembly>([program, typeof(WebApplication).Assembly]);
        while (waiting.TryDequeue(out var assembly))
        {
            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (seen.Add(reference.FullName) && TryLoad(reference) is { } loaded)
                {
                    waiting.Enqueue(loaded);
                }
            }
        }
        return seen.Count;
    }

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception fault) when (fault is IOException or BadImageFormatException)
        {
            return null; // of another platform: never needed here
        }
    }
}
