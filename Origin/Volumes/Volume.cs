namespace Flickr.Origin.Volumes;

/// <summary>
/// One volume file that can be read. Thread-safe. Readers hold a lease, so a volume that compaction emptied closes only
/// when the last reader has gone.
/// </summary>
internal sealed class Volume(int number, IVolumeFile file, Superblock superblock)
{
    private int _leases = 1;

    public int Number { get; } = number;

    public IVolumeFile File { get; } = file;

    public Superblock Superblock { get; } = superblock;

    /// <summary>Where the log ends; moved by the appender only.</summary>
    public long End { get; set; }

    public bool IsSealed { get; set; }

    public static string NameOf(int number) => $"volume-{number:D8}.log";

    /// <summary>The number in a volume's file name, or 0.</summary>
    public static int NumberOf(string name) =>
        name.StartsWith("volume-", StringComparison.Ordinal) && name.EndsWith(".log", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(7, name.Length - 11), out var number) ? number : 0;

    /// <summary>False when the volume has been let go for good.</summary>
    public bool TryLease()
    {
        while (true)
        {
            var leases = Volatile.Read(ref _leases);
            if (leases == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _leases, leases + 1, leases) == leases)
            {
                return true;
            }
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            File.Dispose();
        }
    }
}
