using Flickr.Photos.Gallery;
using Flickr.Photos.Imaging;
using Flickr.Photos.Origins;
using Flickr.Tokens.Paths;

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
    public Task<LinkOutcome> WriteAsync(PhotoRow photo, string resolution, string digest, CancellationToken cancellationToken)
    {
        var isOriginal = resolution == "original";
        var mediaType = isOriginal ? photo.MediaType : ImageRung.MediaTypeOf(resolution);
        return origin.LinkAsync(
            new CdnLink(photo.PathOf(resolution).Value, digest, mediaType, photo.OwnerId, photo.OwnerEpoch,
                photo.IsPublic && !isOriginal, photo.Tags, photo.Generation),
            document: null, cancellationToken);
    }

    /// <summary>Removes every link a photo may have, under the generation of the row.</summary>
    public async Task RemoveAsync(PhotoRow photo, CancellationToken cancellationToken)
    {
        foreach (var resolution in (string[])["original", .. ImageRung.Resolutions])
        {
            await origin.UnlinkAsync(photo.PathOf(resolution).Value, photo.Generation, cancellationToken);
        }
    }

    /// <summary>Removes names that a photo had before, unless something newer was written there.</summary>
    public async Task RemoveAsync(IEnumerable<string> paths, long generation, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            await origin.UnlinkAsync(path, generation, cancellationToken);
        }
    }

    /// <summary>Removes every name below a directory, such as an album's old one, unless something newer was written there.</summary>
    public async Task RemoveBelowAsync(string[] segments, long generation, CancellationToken cancellationToken)
    {
        var directory = CanonicalPath.FromSegments(segments).AsDirectory().Value;
        for (string? after = null, next = ""; next is not null; after = next)
        {
            var list = await origin.ListAsync(directory, after, cancellationToken);
            foreach (var name in list.Directories)
            {
                await RemoveBelowAsync([.. segments, name], generation, cancellationToken);
            }
            foreach (var file in list.Files)
            {
                var path = CanonicalPath.FromSegments([.. segments, file.Name]).Value;
                await origin.UnlinkAsync(path, generation, cancellationToken);
            }
            next = list.Next;
        }
    }
}
