namespace Flickr.Edge.Peers;

/// <summary>How an ask of a peer was answered.</summary>
internal enum PeerReplyResult
{
    /// <summary>With the object.</summary>
    Object,

    /// <summary>What the peer holds is good.</summary>
    Match,

    /// <summary>There is nothing to hand on.</summary>
    Declined,

    /// <summary>Too many asks at a time.</summary>
    Busy,

    /// <summary>No seal of the fleet.</summary>
    Refused,

    /// <summary>It has been through an edge more than once.</summary>
    Loop,
}
