namespace Flickr.Photos.Gallery;

/// <summary>A page was asked for at a version that is no longer kept, or that never was.</summary>
/// <param name="version">The version to go on with.</param>
public sealed class PageVersionExpiredException(long version) : InvalidOperationException("the page's version has expired")
{
    /// <summary>The album's version now.</summary>
    public long Version { get; } = version;
}
