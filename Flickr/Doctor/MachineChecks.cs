using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Flickr.Doctor;

/// <summary>What the machine allows: the runtime, descriptors, memory, ports.</summary>
internal static class MachineChecks
{
    private const long DescriptorsMin = 1024;
    private const long DescriptorsGood = 65_536;
    private const long MemoryBytesMin = 2L << 30;

    /// <summary>Everything of this machine.</summary>
    public static IEnumerable<Finding> Run()
    {
        yield return Finding.Fine("version", $"flickr {Client.Api.Version} on {RuntimeInformation.FrameworkDescription}, "
            + $"{RuntimeInformation.OSDescription.Trim()}");
        yield return Descriptors(File.Exists("/proc/self/limits") ? File.ReadAllLines("/proc/self/limits") : []);
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        yield return Clock();
    }

    /// <summary>Judges the line of /proc/self/limits.</summary>
    public static Finding Descriptors(IEnumerable<string> limits)
    {
        var soft = limits.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))?
            ["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        if (soft is null)
        {
            return Finding.Warning("descriptors", "this system does not tell how many files may be open");
        }
        var count = soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
        return count < DescriptorsMin
            ? Finding.Wrong("descriptors", $"{count} files may be open, and no program starts below {DescriptorsMin}: raise "
                + "'ulimit -n' or LimitNOFILE=")
            : count < DescriptorsGood
                ? Finding.Warning("descriptors", $"{count} files may be open: room for about {(count - 512) / 3} connections")
                : Finding.Fine("descriptors", $"{soft} files may be open");
    }

    /// <summary>Judges the memory that the process may have.</summary>
    public static Finding Memory(long bytes) => bytes < MemoryBytesMin
        ? Finding.Warning("memory", $"{bytes >> 20} MiB: lower Edge:Memory:BytesMax and Photos:Imaging:Workers")
        : Finding.Fine("memory", $"{bytes >> 20} MiB");

    /// <summary>A port: free, ours, or another's.</summary>
    /// <param name="name">Who needs it.</param>
    /// <param name="port">The port on loopback.</param>
    /// <param name="isOurs">Whether what listens there answered as the program.</param>
    public static Finding Port(string name, int port, bool isOurs)
    {
        if (isOurs)
        {
            return Finding.Fine("port " + port, $"{name} answers");
        }
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return Finding.Fine("port " + port, $"free for {name}");
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.AccessDenied
                ? Finding.Wrong("port " + port, $"{name} may not listen there: a higher port, or CAP_NET_BIND_SERVICE")
                : Finding.Wrong("port " + port, $"something else listens where {name} should ({fault.SocketErrorCode})");
        }
    }

    /// <summary>Whether the kernel says that the clock is kept in step (adjtimex: 5 is not synchronised).</summary>
    private static Finding Clock()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Finding.Warning("clock", "cannot be asked here; tokens need clocks that agree within a minute");
        }
        var buffer = new byte[512];
        return AdjustTime(buffer) is >= 0 and not 5
            ? Finding.Fine("clock", "kept in step")
            : Finding.Warning("clock", "nothing keeps it in step (no NTP): tokens need clocks that agree within a minute");
    }

    [DllImport("libc", EntryPoint = "adjtimex")]
    private static extern int AdjustTime(byte[] buffer);
}
