namespace Flickr.Photos.Pages;

/// <summary>What every page knows of the request it answers.</summary>
/// <param name="Words">Texts in the viewer's language.</param>
/// <param name="Viewer">Name of who is signed in; null for nobody.</param>
/// <param name="FormField">Name of the hidden field against forged forms.</param>
/// <param name="FormToken">Its value.</param>
/// <param name="Path">The request's path, escaped as in a link.</param>
public sealed record PageFrame(PageWords Words, string? Viewer, string FormField, string FormToken, string Path)
{
    /// <summary>Whether a link to <paramref name="path"/> leads where one is.</summary>
    public bool IsAt(string path) => Path == path;
}
