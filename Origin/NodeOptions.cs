using System.ComponentModel.DataAnnotations;

namespace Flickr.Origin;

/// <summary>One node of the cluster map; section <c>Origin:Nodes:N</c>.</summary>
public sealed class NodeOptions
{
    /// <summary>The node's name, 1 to 64 of <c>[A-Za-z0-9_-]</c>.</summary>
    [Required, RegularExpression("^[A-Za-z0-9_-]{1,64}$")]
    public string Id { get; set; } = "";

    /// <summary>Address under which other nodes reach its public listener.</summary>
    [Required, Url]
    public string Address { get; set; } = "";

    /// <summary>Failure domain; copies go to different ones first. Default: the node's own.</summary>
    public string Zone { get; set; } = "";

    /// <summary>First epoch in which it is a home. 1 to 1,000,000. Default 1.</summary>
    [Range(1, 1_000_000)]
    public int Since { get; set; } = 1;

    /// <summary>
    /// First epoch in which it is no home any more: it is drained, and keeps answering until it is taken off the list. 0 for never.
    /// 0 to 1,000,000. Default 0.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Until { get; set; }

    /// <summary>Share of the data relative to other nodes. 0.001 to 1,000. Default 1.</summary>
    [Range(0.001, 1_000)]
    public double Weight { get; set; } = 1;
}
