namespace Flickr.Fleet.Streaming;

/// <summary>Whether a node may still vouch for an answer.</summary>
public enum FreshnessVerdict
{
    /// <summary>Yes.</summary>
    Fresh = 0,

    /// <summary>
    /// Only after the origin has confirmed the object: ask it, and refuse with 503 when it cannot be asked.
    /// </summary>
    Revalidate = 1,

    /// <summary>No: 503 <c>edge-out-of-date</c>, with <c>Retry-After</c>.</summary>
    OutOfDate = 2,
}
