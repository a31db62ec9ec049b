namespace Flickr.Photos.Albums;

/// <summary>What a change of an album asks for; null leaves as it is, an empty <c>Cover</c> takes the newest photo.</summary>
public sealed record AlbumEdit(string? Name, string? Title, string? Description, string? Cover);
