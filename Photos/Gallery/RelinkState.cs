namespace Flickr.Photos.Gallery;

/// <summary>State of a <see cref="RelinkSaga"/>.</summary>
public sealed class RelinkState
{
    public required string OwnerId { get; set; }
}
