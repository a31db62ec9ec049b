using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Origin;

/// <summary>Settings of an origin node; section <c>Origin</c>.</summary>
public sealed class OriginOptions
{
    /// <summary>Address of the public listener. Default <c>http://127.0.0.1:0</c> (a free port).</summary>
    [Required]
    public string Listen { get; set; } = "http://127.0.0.1:0";

    /// <summary>Address of the admin listener. Default <c>http://127.0.0.1:0</c>.</summary>
    [Required]
    public string AdminListen { get; set; } = "http://127.0.0.1:0";

    /// <summary>
    /// Address of the listener for members only, by mutual TLS, such as <c>https://10.0.0.2:8490</c>. Default empty: none.
    /// </summary>
    public string MembersListen { get; set; } = "";

    /// <summary>
    /// Directory of everything the node keeps. Empty: <c>flickr/origin</c> in the user's data directory. Default empty.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// Where blobs and links live: <c>Volumes</c> of this node and its peers, or <c>S3</c>, the service of <c>Origin:S3</c>.
    /// Default Volumes.
    /// </summary>
    public StoreKind Store { get; set; }

    /// <summary>This node's name in the cluster map, 1 to 64 of <c>[A-Za-z0-9_-]</c>. Default <c>origin-1</c>.</summary>
    [Required, RegularExpression("^[A-Za-z0-9_-]{1,64}$")]
    public string NodeId { get; set; } = "origin-1";

    /// <summary>
    /// Key that callers, other nodes among them, send as <c>Authorization: Bearer</c>. Empty: none is asked, and only
    /// callers on the same machine are heard. Default empty.
    /// </summary>
    public string Key { get; set; } = "";

    /// <summary>File to read <see cref="Key"/> from. Default empty.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Copies of each blob and link. 1 to 9. Default 3; fewer nodes keep fewer.</summary>
    [Range(1, 9)]
    public int Replicas { get; set; } = 3;

    /// <summary>Copies that are durable before a write is acknowledged. 1 to <see cref="Replicas"/>. Default 2.</summary>
    [Range(1, 9)]
    public int WriteQuorum { get; set; } = 2;

    /// <summary>The nodes of the cluster, this one among them. Empty: a cluster of this node alone.</summary>
    [ValidateEnumeratedItems]
    public List<NodeOptions> Nodes { get; set; } = [];

    /// <summary>
    /// Number of the cluster's map: a node is a home in the epochs from its <c>Since</c> to before its <c>Until</c>. Raised by one, on
    /// every node, when homes come or go, and only when the change before is done. 1 to 1,000,000. Default 1.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Epoch { get; set; } = 1;

    /// <summary>Bytes of the longest blob. 1 MiB to 4 GiB − 1. Default 512 MiB.</summary>
    [Range(1L << 20, uint.MaxValue)]
    public long BlobBytesMax { get; set; } = 512L << 20;

    /// <summary>Bytes of bodies received at once before callers are told to come back. 1 MiB to 1 TiB. Default 1 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long ReceiveBytesMax { get; set; } = 1L << 30;

    /// <summary>Bytes of memory that answers under way may hold. 1 MiB to 1 TiB. Default 256 MiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long SendBytesMax { get; set; } = 256L << 20;

    /// <summary>Time another node has to answer a small call. 100 ms to 5 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan PeerTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time a silent node is asked last after it failed. 0 to 5 min. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan PeerPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two rounds of handing over hints. 50 ms to 1 h. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan HandOverInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two comparisons with the other nodes. 100 ms to 24 h. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan AntiEntropyInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes a second given to other nodes after the map has changed. 64 KiB to 16 GiB. Default 32 MiB.</summary>
    [Range(64L << 10, 16L << 30)]
    public long RebalanceBytesPerSecond { get; set; } = 32L << 20;

    /// <summary>Time between two looks for records that belong to other nodes. 1 s to 24 h. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RebalanceInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time the first node has to begin a read before a second one is asked too. 1 ms to 1 min. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan HedgeDelay { get; set; } = TimeSpan.FromMilliseconds(100);
}

[OptionsValidator]
internal sealed partial class OriginOptionsValidator : IValidateOptions<OriginOptions>;
