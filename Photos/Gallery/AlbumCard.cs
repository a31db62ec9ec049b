namespace Flickr.Photos.Gallery;

/// <summary>An album on an overview.</summary>
public sealed record AlbumCard(string Name, string Title, long Count, PhotoFile? Cover);
