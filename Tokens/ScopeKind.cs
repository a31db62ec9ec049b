namespace Flickr.Tokens;

/// <summary>The ways a grant can say what it covers.</summary>
public enum ScopeKind
{
    /// <summary>One path.</summary>
    Exact,

    /// <summary>Everything below a path that ends in a slash.</summary>
    Prefix,

    /// <summary>One whole address, by its SHA-256 (RFC 9246 <c>hash:</c>).</summary>
    AddressHash,

    /// <summary>Whole addresses that match an expression from start to end (RFC 9246
    /// <c>regex:</c>).</summary>
    AddressPattern,
}
