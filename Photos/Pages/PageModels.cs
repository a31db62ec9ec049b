namespace Flickr.Photos.Pages;

/// <summary>What every page knows of the request it answers.</summary>
/// <param name="Words">Texts in the viewer's language.</param>
/// <param name="Viewer">Name of who is signed in; null for nobody.</param>
/// <param name="FormField">Name of the hidden field against forged forms.</param>
/// <param name="FormToken">Its value.</param>
public sealed record PageFrame(PageWords Words, string? Viewer, string FormField, string FormToken);

/// <summary>A picture on the edge: address with the page's token, size in pixels.</summary>
public sealed record Picture(string Url, int Width, int Height);

/// <summary>One cell of the grid.</summary>
public sealed record GridItem(
    string Id, string Name, string? Title, Picture Thumbnail, Picture Larger, bool IsPrivate, string? ThumbHash);

/// <summary>One album on the overview.</summary>
public sealed record AlbumCard(string Name, long Count, Picture? Cover);
