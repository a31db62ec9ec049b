namespace Flickr.Edge.Peers;

/// <summary>That an answer came from another edge, and what is to become of it here.</summary>
/// <param name="IsKept">Whether it is asked for often enough to be stored here too.</param>
/// <param name="IsHot">Whether only its owner's word that it is hot makes it so.</param>
internal sealed record PeerOrigin(bool IsKept, bool IsHot);
