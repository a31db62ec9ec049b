namespace Flickr.Photos.Rights;

/// <summary>The facts a right is judged by.</summary>
/// <param name="OwnerId">Whose photo it is.</param>
/// <param name="IsOwnerPublic">The owner's account is public.</param>
/// <param name="IsPhotoPublic">The photo itself is not set private.</param>
/// <param name="IsPublished">It has passed the upload; before that only the owner knows of it.</param>
/// <param name="IsSharedWithViewer">There is a share of it, or of its album, to this viewer.</param>
/// <param name="IsLinked">The viewer has opened a link that covers it.</param>
/// <param name="IsHidden">An operator has hidden it: only its owner still knows of it.</param>
public readonly record struct PhotoFacts(
    string OwnerId, bool IsOwnerPublic, bool IsPhotoPublic, bool IsPublished, bool IsSharedWithViewer, bool IsLinked = false,
    bool IsHidden = false);
