namespace Flickr.Photos.Gallery;

/// <summary>What a change of a photo asks for; null leaves as it is.</summary>
/// <param name="Title">New title.</param>
/// <param name="Description">New description.</param>
/// <param name="Visibility"><c>public</c> or <c>private</c>.</param>
/// <param name="Tags">Replaces the tags.</param>
/// <param name="Album">The album to move to; made when there is none of that name.</param>
public sealed record PhotoEdit(
    string? Title = null, string? Description = null, string? Visibility = null, IReadOnlyList<string>? Tags = null, string? Album = null)
{
    /// <summary>Most tags of a photo.</summary>
    public const int TagsMax = 50;

    /// <summary>Most characters of a tag.</summary>
    public const int TagLengthMax = 100;
}
