using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Cache.WhatIf;

/// <summary>Settings of the what-if simulator; section <c>Edge:WhatIf</c>.</summary>
public sealed class EdgeWhatIfOptions
{
    /// <summary>Simulate other sizes and policies on a sample of the live keys. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// One key in so many is followed, at least; with a large RAM tier fewer, so that the simulated caches
    /// stay below <see cref="ObjectsMax"/>. 1 to 65,536. Default 16.
    /// </summary>
    [Range(1, 65_536)]
    public int SampleOneIn { get; set; } = 16;

    /// <summary>
    /// Objects that the largest simulated cache holds, about (about 150 bytes each). 1,000 to 1,000,000.
    /// Default 30,000.
    /// </summary>
    [Range(1_000, 1_000_000)]
    public int ObjectsMax { get; set; } = 30_000;

    /// <summary>
    /// Sampled requests that may wait between two rounds; more are not counted. 256 to 1,048,576. Default
    /// 16,384.
    /// </summary>
    [Range(256, 1 << 20)]
    public int QueueMax { get; set; } = 16_384;

    /// <summary>Time between two rounds. 100 ms to 1 min. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class EdgeWhatIfOptionsValidator : IValidateOptions<EdgeWhatIfOptions>;
