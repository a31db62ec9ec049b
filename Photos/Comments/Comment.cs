namespace Flickr.Photos.Comments;

/// <summary>A comment as a viewer sees it: plain text, never markup.</summary>
public sealed record Comment(string Id, string Author, string Text, long CreatedMs, long? EditedMs, bool IsMine);
