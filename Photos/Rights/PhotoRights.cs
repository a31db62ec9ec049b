namespace Flickr.Photos.Rights;

/// <summary>The one place that decides who may see a photo. Pages, API, tokens, links and <c>album.json</c> all ask here.</summary>
public static class PhotoRights
{
    /// <summary>
    /// Owner, or shared with the viewer, or opened by a link, or (owner public and photo public): the stricter of the two
    /// settings wins, and a share or link wins over both. Nothing but the owner's own view exists before it is published, or
    /// while an operator hides it.
    /// </summary>
    /// <param name="facts">The photo.</param>
    /// <param name="viewerId">Who asks; null for somebody not signed in.</param>
    public static PhotoRight Judge(in PhotoFacts facts, string? viewerId)
    {
        if (viewerId is not null && viewerId == facts.OwnerId)
        {
            return PhotoRight.Owner;
        }
        if (!facts.IsPublished || facts.IsHidden)
        {
            return PhotoRight.None;
        }
        if (IsPublic(facts.IsOwnerPublic, facts.IsPhotoPublic))
        {
            return PhotoRight.Public;
        }
        return facts.IsLinked || (viewerId is not null && facts.IsSharedWithViewer) ? PhotoRight.Shared : PhotoRight.None;
    }

    /// <summary>What the link of a photo says to the edges.</summary>
    public static bool IsPublic(bool isOwnerPublic, bool isPhotoPublic) => isOwnerPublic && isPhotoPublic;
}
