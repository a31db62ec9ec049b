using Flickr.Tokens;

namespace Flickr.ControlPlane.Keys;

/// <summary>A key as the table knows it.</summary>
internal sealed record SigningKey
{
    public string Kid { get; init; } = "";
    public string Issuer { get; init; } = "";
    public string Algorithm { get; init; } = "";

    /// <summary>camelCase name of a <see cref="KeyState"/>.</summary>
    public string State { get; init; } = "";
    public long CreatedMs { get; init; }

    /// <summary>The first bundle version that holds it; 0 while it is sealed.</summary>
    public long PublishedVersion { get; init; }
    public long PublishedMs { get; init; }
    public long ActivatedMs { get; init; }
    public long ChangedMs { get; init; }

    /// <summary>When a retiring key stops verifying; 0 while it is not retiring.</summary>
    public long NotAfterMs { get; init; }

    /// <summary>
    /// Who wants it to mint: 0 nobody, 1 an operator or need (as soon as every edge holds it), 2 the schedule (and it has
    /// been with them for a while), 3 an operator who does not wait for edges.
    /// </summary>
    public long Wanted { get; init; }

    /// <summary>The wrapped secret or private scalar; null when it is destroyed.</summary>
    public string? Sealed { get; init; }
    public string? X { get; init; }
    public string? Y { get; init; }

    /// <summary>Its place in life.</summary>
    public KeyState Life => Enum.Parse<KeyState>(State, ignoreCase: true);

    /// <summary>An instant of the table, where 0 means never.</summary>
    public static long? Instant(long ms) => ms == 0 ? null : ms;

    /// <summary>The name of a state on the wire and in the table.</summary>
    public static string NameOf(KeyState state) =>
        char.ToLowerInvariant(state.ToString()[0]) + state.ToString()[1..];
}
