using Flickr.Photos.Collecting;
using Flickr.Photos.Imaging;
using Flickr.Photos.Origins;
using Flickr.Sql;

namespace Flickr.Photos.Uploads;

/// <summary>Puts what a worker made into storage and keeps it there for the saga that will publish it.</summary>
public sealed class VariantStore(Database database, OriginClient origin)
{
    /// <summary>Stores files, each pinned for the saga.</summary>
    public async Task<List<StoredVariant>> StoreAsync(
        string sagaId, IReadOnlyList<ImageVariant> variants, CancellationToken cancellationToken)
    {
        var stored = new List<StoredVariant>(variants.Count);
        foreach (var variant in variants)
        {
            var generation = await database.WriteAsync(BlobReferences.NextGenerationAsync, cancellationToken);
            var blob = await origin.StoreFileAsync(variant.Path, generation, cancellationToken);
            await database.WriteAsync(
                session => BlobReferences.PinAsync(session, sagaId, blob.Digest, generation), cancellationToken);
            stored.Add(new StoredVariant(variant.Rung, blob.Digest, blob.Length, variant.Width, variant.Height));
        }
        return stored;
    }
}
