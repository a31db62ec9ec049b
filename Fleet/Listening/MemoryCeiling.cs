using System.Globalization;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// Whether the process holds so much memory that new requests are better turned away than taken. The resident set is
/// asked, because native memory is outside the collector's own limits.
/// </summary>
internal sealed class MemoryCeiling(IOptions<ListenerOptions> options, ILogger<MemoryCeiling> log)
{
    private const double Relief = 0.95;

    private volatile bool _isShedding;

    /// <summary>Resident bytes of the process; replaced by tests. Null where the system does not tell.</summary>
    public Func<long?> Resident { get; set; } = ReadResident;

    /// <summary>Whether requests are to be turned away now.</summary>
    public bool IsShedding => _isShedding;

    /// <summary>One look.</summary>
    public void Look()
    {
        var share = options.Value.MemoryShareMax;
        if (share >= 1 || Resident() is not { } resident)
        {
            _isShedding = false;
            return;
        }
        // The collector knows the limit of the control group, or the machine's memory.
        var ceiling = (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * share);
        var isOver = resident > (_isShedding ? ceiling * Relief : ceiling);
        if (isOver && !_isShedding)
        {
            log.Shedding(resident, ceiling);
        }
        else if (!isOver && _isShedding)
        {
            log.ShedEnded(resident);
        }
        _isShedding = isOver;
    }

    /// <summary>The second number of /proc/self/statm, in pages.</summary>
    private static long? ReadResident() =>
        File.Exists("/proc/self/statm")
        && File.ReadAllText("/proc/self/statm").Split(' ') is [_, var pages, ..]
        && long.TryParse(pages, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count * Environment.SystemPageSize : null;
}
