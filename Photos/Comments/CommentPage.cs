namespace Flickr.Photos.Comments;

/// <summary>Some of a photo's comments.</summary>
/// <param name="AreOn">Whether new ones are taken.</param>
/// <param name="Comments">Oldest first.</param>
/// <param name="Next">Id to go on after; null at the end.</param>
public sealed record CommentPage(bool AreOn, IReadOnlyList<Comment> Comments, string? Next);
