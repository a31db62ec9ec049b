namespace Flickr.Tokens;

/// <summary>Why a grant is not minted. All of these are mistakes of the caller, found before they become
/// tokens.</summary>
public enum MintRefusal
{
    /// <summary>The owner is missing or not 1 to 64 of <c>[A-Za-z0-9_-]</c>, or the epoch is below
    /// zero.</summary>
    Owner,

    /// <summary>The host is missing or not lower-case <c>host[:port]</c>.</summary>
    Host,

    /// <summary>Nothing says what the grant covers.</summary>
    NoScope,

    /// <summary>A prefix shallower than the minimum: it would open too much.</summary>
    PrefixTooShallow,

    /// <summary>The form cannot say this scope (FS1 has no address patterns).</summary>
    ScopeNotInForm,

    /// <summary>The path to sign lies outside the grant's scope.</summary>
    PathOutOfScope,

    /// <summary>No class of bytes, or one that does not exist.</summary>
    Classes,

    /// <summary>The lifetime is not above zero, or above the maximum.</summary>
    Lifetime,

    /// <summary>The permission was read more than a minute ago, or over 2 s in the future.</summary>
    PermissionTooOld,

    /// <summary>The key is not active, or past its end.</summary>
    KeyNotActive,

    /// <summary>The key's algorithm cannot sign this form, or its id cannot stand in it.</summary>
    KeyNotForForm,

    /// <summary>The key is derived for another host or another part of the tree.</summary>
    OutsideKey,

    /// <summary>A viewer, token id or tag with characters it may not have, too many tags, or a count out of
    /// range.</summary>
    Field,
}
