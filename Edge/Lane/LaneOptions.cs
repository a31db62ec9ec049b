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
    /// goes through the pipeline, with the same answers. Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// What the public listener stands on: <c>Loop</c>, epoll loops of our own that answer hits themselves (Linux
    /// and cleartext; elsewhere the other), or <c>Sockets</c>, the framework's. Default Loop.
    /// </summary>
    public LaneTransport Transport { get; set; } = LaneTransport.Loop;

    /// <summary>Loops, a thread each; 0: one for each processor. 0 to 256. Default 0.</summary>
    [Range(0, 256)]
    public int Loops { get; set; }

    /// <summary>
    /// Answers at a time whose client does not take them at once; above it the lane answers nothing more until one
    /// has ended, and the pipeline everything. 1 to 1,000,000. Default 4,096.
    /// </summary>
    [Range(1, 1_000_000)]
    public int SlowAnswersMax { get; set; } = 4_096;

    /// <summary>
    /// Addresses (host and target, tokens included) whose reading is remembered; others are read anew each
    /// time. About 2 KB each. 64 to 1,048,576. Default 16,384.
    /// </summary>
    [Range(64, 1 << 20)]
    public int AddressesMax { get; set; } = 16_384;
}

/// <summary>What the public listener stands on.</summary>
public enum LaneTransport
{
    /// <summary>Epoll loops of our own.</summary>
    Loop,

    /// <summary>The framework's sockets.</summary>
    Sockets,
}

[OptionsValidator]
internal sealed partial class LaneOptionsValidator : IValidateOptions<LaneOptions>;
