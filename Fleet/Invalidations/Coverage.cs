namespace Flickr.Fleet.Invalidations;

/// <summary>What later invalidations say of an object that was filled at some sequence.</summary>
public enum Coverage
{
    /// <summary>Nothing covers it.</summary>
    None = 0,

    /// <summary>A soft invalidation covers it: treat as stale, revalidate.</summary>
    Soft = 1,

    /// <summary>
    /// Dead: never to be served again from the cache. A body on its way to a client is to be cut. Said of an
    /// object that was
    /// filled just now, it means that the origin's own statement is older than the owner's last change: ask
    /// for a token.
    /// </summary>
    Hard = 2,
}
