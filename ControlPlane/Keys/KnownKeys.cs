using Flickr.Tokens;

namespace Flickr.ControlPlane.Keys;

/// <summary>What somebody knew of the signing keys.</summary>
/// <param name="Algorithms">Of which algorithms.</param>
/// <param name="AlsoSpares">Whether those too that have not signed yet.</param>
/// <param name="IsStolen">Whether they verify nothing from now on; else they retire as in any rotation.</param>
internal sealed record KnownKeys(IReadOnlyList<SigningAlgorithm> Algorithms, bool AlsoSpares, bool IsStolen)
{
    private static readonly SigningAlgorithm[] Both = [SigningAlgorithm.ES256, SigningAlgorithm.HS256];

    /// <summary>Nothing.</summary>
    public static KnownKeys None { get; } = new([], false, false);

    /// <summary>Everything.</summary>
    public static KnownKeys All(bool isStolen) => new(Both, true, isStolen);

    /// <summary>
    /// What a member of a role knew: an edge verifies with the secrets of HS256, spares among them; a service mints with
    /// what is active; an origin knows none.
    /// </summary>
    public static KnownKeys Of(string role, bool isStolen) => role switch
    {
        "edge" => new([SigningAlgorithm.HS256], true, isStolen),
        "photos" => new(Both, false, isStolen),
        "control-plane" => All(isStolen),
        _ => None,
    };

    /// <summary>Whether a key is among them.</summary>
    public bool Knows(SigningKey key) => Algorithms.Any(algorithm => algorithm.ToString() == key.Algorithm)
        && (key.Life is KeyState.Active or KeyState.Retiring || AlsoSpares && key.Life == KeyState.PrePublished);
}
