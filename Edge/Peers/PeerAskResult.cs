namespace Flickr.Edge.Peers;

/// <summary>What came of asking a peer.</summary>
internal enum PeerAskResult
{
    /// <summary>It gave the object.</summary>
    Object,

    /// <summary>It said that what this edge holds is good.</summary>
    Match,

    /// <summary>It has nothing for us: not storable, failed, busy.</summary>
    Declined,

    /// <summary>An invalidation that this edge knows covers its copy, or it follows another term.</summary>
    Outdated,

    /// <summary>Its answer bears no seal of ours.</summary>
    Forged,

    /// <summary>It could not be reached.</summary>
    Lost,

    /// <summary>Its head did not come in time.</summary>
    Slow,
}
