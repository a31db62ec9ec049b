namespace Flickr.Load.Peers;

/// <summary>How a server is to be started.</summary>
/// <param name="Name">One of <see cref="Line.Names"/>.</param>
/// <param name="OriginPort">The origin behind it.</param>
/// <param name="Processor">The processor it is pinned to.</param>
internal sealed record PeerOrder(string Name, int OriginPort, int Processor)
{
    /// <summary>A second replica of the origin, for sites of ours that have two; 0: none.</summary>
    public int SecondOriginPort { get; init; }

    /// <summary>Whether the origin's words on caching are to be obeyed, not overridden.</summary>
    public bool IsDrill { get; init; }

    /// <summary>Further settings of ours.</summary>
    public string[] Settings { get; init; } = [];

    /// <summary>Where it listens.</summary>
    public int Port { get; init; } = Ports.Free();

    /// <summary>Admin listener of ours; 0 for others.</summary>
    public int AdminPort { get; init; }

    /// <summary>Its configuration and state; deleted with it.</summary>
    public string Folder { get; init; } = Directory.CreateTempSubdirectory($"bench-{Name.Replace('+', '-')}").FullName;

    /// <summary>Makes the target of a path.</summary>
    public Func<string, string> Sign { get; init; } = path => path;

    /// <summary>How it is told to forget an address.</summary>
    public PurgeWay Purge { get; init; }
}

/// <summary>How a server is told to forget an address.</summary>
internal enum PurgeWay
{
    /// <summary>It cannot be told.</summary>
    None,

    /// <summary>The method PURGE on the address itself.</summary>
    Method,

    /// <summary><c>POST /purge</c> on the admin listener.</summary>
    Admin,
}
