namespace Flickr.Photos.Comments;

/// <summary>What became of a comment.</summary>
public enum CommentOutcome
{
    /// <summary>It stands there.</summary>
    Done,

    /// <summary>No such photo that the author may know of.</summary>
    NotFound,

    /// <summary>Comments are off there.</summary>
    Off,
}
