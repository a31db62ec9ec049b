using System.ComponentModel.DataAnnotations;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// How a node follows the control plane. Filled by the program that follows, from its own section.
/// </summary>
public sealed class ControlPlaneStreamOptions
{
    /// <summary>Addresses of control planes that share one log, tried in turn. At least one.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Asked for the addresses of today before each connection; null: always <see cref="Addresses"/>.</summary>
    public Func<IReadOnlyList<string>>? AddressesNow { get; init; }

    /// <summary>
    /// The edge key: bearer of every call, and the key that signs heartbeats. Empty for a member, which shows its
    /// certificate instead and knows heartbeats by <see cref="IsGenuine"/>.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>How a heartbeat is known to be the control plane's; null: by <see cref="Key"/>.</summary>
    public Func<HeartbeatEvent, bool>? IsGenuine { get; init; }

    /// <summary>This node's name, stable over restarts; 1 to 64 of <c>[A-Za-z0-9._-]</c>.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public required string EdgeId { get; init; }

    /// <summary>The address clients reach this edge at, for the member list.</summary>
    public required string PublicAddress { get; init; }

    /// <summary>
    /// A stream that is silent for so long is dropped; heartbeats come each second. 2 s to 60 s. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:01:00")]
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// First wait before reconnecting; doubles up to <see cref="ReconnectMax"/>. 10 ms to 10 s. Default 100
    /// ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan ReconnectMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before reconnecting. 100 ms to 60 s. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ReconnectMax { get; init; } = TimeSpan.FromSeconds(5);
}
