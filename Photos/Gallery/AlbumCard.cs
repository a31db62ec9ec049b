namespace Flickr.Photos.Gallery;

/// <summary>An album on an overview. <c>Count</c> and <c>Cover</c> are of what the viewer may see.</summary>
public sealed record AlbumCard(string Name, string Title, string Description, long Count, long Position, PhotoFile? Cover);
