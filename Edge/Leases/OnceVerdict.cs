namespace Flickr.Edge.Leases;

/// <summary>What the home of a token for one use says.</summary>
internal enum OnceVerdict
{
    /// <summary>Cannot be told: refused.</summary>
    Unknown,

    /// <summary>Used now, for the first time.</summary>
    First,

    /// <summary>The rest of the same use: the same client asks for a range within a minute.</summary>
    SameUse,

    /// <summary>Used before.</summary>
    Used,
}
