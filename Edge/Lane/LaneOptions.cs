using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Lane;

/// <summary>
/// The hit lane: plain hits answered on the connection, from pinned memory; section <c>Edge:Lane</c>.
/// </summary>
public sealed class LaneOptions
{
    /// <summary>
    /// Whether plain hits are answered on the connection. Linux and cleartext only; without it every request
    /// goes through the pipeline, with the same answers. Default false.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// Addresses (host and target, tokens included) whose reading is remembered; others are read anew each
    /// time. About 2 KB each. 64 to 1,048,576. Default 16,384.
    /// </summary>
    [Range(64, 1 << 20)]
    public int AddressesMax { get; set; } = 16_384;
}

[OptionsValidator]
internal sealed partial class LaneOptionsValidator : IValidateOptions<LaneOptions>;
