namespace Flickr.Edge.Sites;

/// <summary>What an object is for, by its path (<c>docs/wire.md</c>, Paths).</summary>
internal enum ObjectClass
{
    /// <summary>No photo layout, or a path outside it.</summary>
    Plain,
    Thumb,
    Rendition,
    Original,
    Metadata,
}
