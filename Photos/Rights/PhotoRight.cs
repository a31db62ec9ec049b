namespace Flickr.Photos.Rights;

/// <summary>What a viewer may do with a photo.</summary>
public enum PhotoRight
{
    /// <summary>Not even know that it is there.</summary>
    None,

    /// <summary>See it as anyone may: no token needed.</summary>
    Public,

    /// <summary>See it by a grant of its own: a token for exactly this photo.</summary>
    Shared,

    /// <summary>Everything.</summary>
    Owner,
}

/// <summary>The facts a right is judged by.</summary>
/// <param name="OwnerId">Whose photo it is.</param>
/// <param name="IsOwnerPublic">The owner's account is public.</param>
/// <param name="IsPhotoPublic">The photo itself is not set private.</param>
/// <param name="IsPublished">It has passed the upload; before that only the owner knows of it.</param>
/// <param name="IsSharedWithViewer">There is a share of it to this viewer.</param>
public readonly record struct PhotoFacts(
    string OwnerId, bool IsOwnerPublic, bool IsPhotoPublic, bool IsPublished, bool IsSharedWithViewer);

/// <summary>The one place that decides who may see a photo. Pages, API, tokens, links and <c>album.json</c> all ask here.</summary>
public static class PhotoRights
{
    /// <summary>
    /// Owner, or shared with the viewer, or (owner public and photo public): the stricter of the two settings wins, and a
    /// share to a person wins over both. Nothing but the owner's own view exists before it is published.
    /// </summary>
    /// <param name="facts">The photo.</param>
    /// <param name="viewerId">Who asks; null for somebody not signed in.</param>
    public static PhotoRight Judge(in PhotoFacts facts, string? viewerId)
    {
        if (viewerId is not null && viewerId == facts.OwnerId)
        {
            return PhotoRight.Owner;
        }
        if (!facts.IsPublished)
        {
            return PhotoRight.None;
        }
        if (IsPublic(facts.IsOwnerPublic, facts.IsPhotoPublic))
        {
            return PhotoRight.Public;
        }
        return viewerId is not null && facts.IsSharedWithViewer ? PhotoRight.Shared : PhotoRight.None;
    }

    /// <summary>What the link of a photo says to the edges.</summary>
    public static bool IsPublic(bool isOwnerPublic, bool isPhotoPublic) => isOwnerPublic && isPhotoPublic;
}
