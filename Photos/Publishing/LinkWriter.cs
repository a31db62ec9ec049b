using Flickr.Photos.Gallery;
using Flickr.Photos.Origins;

namespace Flickr.Photos.Publishing;

/// <summary>
/// Writes the links of a photo as its row says they must be. The row must come from
/// <see cref="PhotoStore.TakeGenerationAsync"/>: its generation is what orders this write among all others.
/// </summary>
public sealed class LinkWriter(OriginClient origin)
{
    /// <summary>
    /// Writes one link. Originals are private on the edge whatever the photo is: each is opened by a token of its own,
    /// which is what "one original at a time" hangs on.
    /// </summary>
    public Task<LinkOutcome> WriteAsync(PhotoRow photo, string resolution, string digest, CancellationToken cancellationToken) =>
        origin.LinkAsync(
            new CdnLink(
                photo.PathOf(resolution).Value, digest, resolution == "original" ? photo.MediaType : "image/jpeg", photo.OwnerId,
                photo.OwnerEpoch, photo.IsPublic && resolution != "original", photo.Tags, photo.Generation),
            document: null, cancellationToken);

    /// <summary>Removes every link a photo may have, under the generation of the row.</summary>
    public async Task RemoveAsync(PhotoRow photo, CancellationToken cancellationToken)
    {
        foreach (var resolution in (string[])["original", .. Imaging.ImageRung.All.Select(rung => rung.Name)])
        {
            await origin.UnlinkAsync(photo.PathOf(resolution).Value, photo.Generation, cancellationToken);
        }
    }
}
