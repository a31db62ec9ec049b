namespace Flickr.Photos.Albums;

/// <summary>What became of a change of an album.</summary>
public enum AlbumOutcome
{
    /// <summary>It is so.</summary>
    Done,

    /// <summary>There is no such album of this owner.</summary>
    NotFound,

    /// <summary>The owner has another album of that name.</summary>
    NameTaken,

    /// <summary>Uploads into it still run, and would write under the old name.</summary>
    Busy,
}
