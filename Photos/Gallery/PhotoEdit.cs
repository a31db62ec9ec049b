namespace Flickr.Photos.Gallery;

/// <summary>What a change of a photo asks for; null leaves as it is.</summary>
public sealed record PhotoEdit(string? Title, string? Description, string? Visibility);
