using System.Diagnostics.CodeAnalysis;
using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Streaming;

/// <summary>The lower-case names of <see cref="InvalidationKind"/> on the wire.</summary>
public static class KindNames
{
    private static readonly Dictionary<string, InvalidationKind> Kinds =
        Enum.GetValues<InvalidationKind>().ToDictionary(Of, StringComparer.Ordinal);

    /// <summary>All names, for messages to people.</summary>
    public static IReadOnlyCollection<string> All => Kinds.Keys;

    /// <summary>The name of a kind.</summary>
    public static string Of(InvalidationKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The kind of a name, exact case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out InvalidationKind kind)
    {
        kind = default;
        return name is not null && Kinds.TryGetValue(name, out kind);
    }
}
