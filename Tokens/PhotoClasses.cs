namespace Flickr.Tokens;

/// <summary>What a token opens, by the kind of bytes. A request asks for exactly one.</summary>
[Flags]
public enum PhotoClasses
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The small image of lists and grids.</summary>
    Thumb = 1,

    /// <summary>A rendition made for a screen.</summary>
    Rendition = 2,

    /// <summary>The bytes as they were uploaded.</summary>
    Original = 4,

    /// <summary>Descriptions such as <c>album.json</c>.</summary>
    Metadata = 8,

    /// <summary>All of them.</summary>
    All = 15,
}
