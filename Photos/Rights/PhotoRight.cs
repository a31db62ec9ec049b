namespace Flickr.Photos.Rights;

/// <summary>What a viewer may do with a photo.</summary>
public enum PhotoRight
{
    /// <summary>Not even know that it is there.</summary>
    None,

    /// <summary>See it as anyone may: no token needed.</summary>
    Public,

    /// <summary>See it by a grant of its own: a token for exactly this photo.</summary>
    Shared,

    /// <summary>Everything.</summary>
    Owner,
}
