using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Peers;

/// <summary>
/// The other edges of the fleet; section <c>Edge:Peers</c>. Without nodes an edge is alone and none of this costs
/// anything. The nodes are taken anew when the settings change.
/// </summary>
public sealed class PeerOptions
{
    /// <summary>
    /// Address of the listener for other edges, such as <c>http://10.0.0.1:8071</c>; clients never reach it. Empty:
    /// none. Default empty.
    /// </summary>
    public string Listen { get; set; } = "";

    /// <summary>Name of this edge among <see cref="Nodes"/>; empty: <c>Edge:Id</c>. Default empty.</summary>
    public string Self { get; set; } = "";

    /// <summary>Secret that all edges of the fleet share, at least 32 characters. Default empty.</summary>
    public string Key { get; set; } = "";

    /// <summary>File that holds <see cref="Key"/>; wins over it. Default empty.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The edges of the fleet, this one among them. At most 256. Default none.</summary>
    public PeerNodeOptions[] Nodes { get; set; } = [];

    /// <summary>Time to a connection to a peer. 10 ms to 10 s. Default 300 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:10")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Time to a peer's head; after it the origin is asked instead. 10 ms to 1 min. Default 3 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan HeadTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a peer that failed or was slow is not asked. 100 ms to 10 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan RestTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections to one peer. 1 to 4,096. Default 128.</summary>
    [Range(1, 4096)]
    public int ConnectionsMax { get; set; } = 128;

    /// <summary>Asks of peers that are answered at a time; more are declined. 1 to 65,536. Default 512.</summary>
    [Range(1, 65_536)]
    public int AnswersMax { get; set; } = 512;

    /// <summary>Keys whose asks are counted. 16 to 1,048,576; about 100 bytes each. Default 4,096.</summary>
    [Range(16, 1 << 20)]
    public int CountedKeysMax { get; set; } = 4096;

    /// <summary>
    /// Asks of peers after which the owner calls a key hot: every edge that asks from then on keeps it. 1 to 1,000,000.
    /// Default 4.
    /// </summary>
    [Range(1, 1_000_000)]
    public int HotAsks { get; set; } = 4;

    /// <summary>
    /// Own asks after which an edge keeps what another one owns, hot or not. 1 to 1,000,000. Default 2.
    /// </summary>
    [Range(1, 1_000_000)]
    public int KeepAsks { get; set; } = 2;

    /// <summary>Time in which counted asks lose half their weight. 1 s to 1 day. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan HalfLife { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>One edge of the fleet; section <c>Edge:Peers:Nodes:N</c>.</summary>
public sealed class PeerNodeOptions
{
    /// <summary>Name, 1–64 of <c>[A-Za-z0-9._-]</c>. What an edge owns follows from its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Address of its listener for peers, such as <c>http://10.0.0.2:8071</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>
    /// Region, 0–64 of the same characters. Edges ask only edges of their own region. Default empty.
    /// </summary>
    public string Region { get; set; } = "";

    /// <summary>
    /// Whether it fetches for its region. Where a region has shields, they alone own keys. Default false.
    /// </summary>
    public bool IsShield { get; set; }
}

[OptionsValidator]
internal sealed partial class PeerOptionsValidator : IValidateOptions<PeerOptions>;
