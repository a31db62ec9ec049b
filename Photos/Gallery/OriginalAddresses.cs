using Flickr.Photos.Minting;
using Flickr.Photos.Rights;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>Opens one original for one viewer: the right is judged now, the token is short and for exactly that file.</summary>
public sealed class OriginalAddresses(Database database, EdgeAddresses addresses)
{
    /// <summary>Where the original lies for this viewer; null when the viewer may not know of the photo.</summary>
    public Task<OriginalAddress?> FindAsync(string? viewerId, string photoId, CancellationToken cancellationToken) =>
        FindAsync(viewerId, photoId, isLinked: false, ends: null, cancellationToken);

    /// <summary>The same for who has opened a link that covers the photo, until the link ends.</summary>
    internal async Task<OriginalAddress?> FindAsync(
        string? viewerId, string photoId, bool isLinked, DateTimeOffset? ends, CancellationToken cancellationToken)
    {
        var (photo, isShared) = await database.ReadAsync(async session => (
            await PhotoStore.FindAsync(session, photoId),
            await PhotoStore.IsSharedAsync(session, photoId, viewerId)), cancellationToken);
        if (photo is not { State: "published" } || PhotoRights.Judge(photo.Facts(isShared, isLinked), viewerId) == PhotoRight.None)
        {
            return null;
        }
        var url = await addresses.OfOriginalAsync(photo.OwnerId, photo.OwnerEpoch, viewerId, photo.Id, photo.PathOf("original"),
            photo.Digest, ends, cancellationToken);
        return new OriginalAddress(url, photo.Digest, photo.LengthBytes, photo.Name);
    }
}
