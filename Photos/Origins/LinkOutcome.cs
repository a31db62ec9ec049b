namespace Flickr.Photos.Origins;

/// <summary>What became of a link.</summary>
public enum LinkOutcome
{
    /// <summary>The name says this now.</summary>
    Written,

    /// <summary>A newer generation was there already.</summary>
    Superseded,

    /// <summary>The blob is not there (any more).</summary>
    BlobUnknown,
}
