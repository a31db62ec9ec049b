namespace Flickr.Tokens;

/// <summary>The life of a key. It verifies in <see cref="PrePublished"/>, <see cref="Active"/> and
/// <see cref="Retiring"/>.</summary>
public enum KeyState
{
    /// <summary>Made, not yet shown to any edge.</summary>
    Sealed,

    /// <summary>On its way to the edges: verifies already, so that the first token of an active key finds it;
    /// mints nothing.</summary>
    PrePublished,

    /// <summary>Mints and verifies.</summary>
    Active,

    /// <summary>Verifies what it minted, mints nothing.</summary>
    Retiring,

    /// <summary>Gone.</summary>
    Destroyed,

    /// <summary>In foreign hands: verifies nothing from this moment on.</summary>
    Compromised,
}
