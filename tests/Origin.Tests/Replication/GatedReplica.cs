using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Tests.Replication;

/// <summary>A node over a real store that begins a read only when a gate opens.</summary>
internal sealed class GatedReplica(string nodeId, NodeStore store, Task gate) : IReplica
{
    public string NodeId => nodeId;

    public async Task<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        return await store.OpenAsync(id, cancellationToken);
    }

    public Task<BlobFact> ProbeAsync(Digest id, CancellationToken cancellationToken) => Task.FromResult(store.Probe(id));

    public Task<StoreVerdict> PutAsync(
        Digest id, long generation, Payload payload, string? hintFor, CancellationToken cancellationToken) =>
        store.PutAsync(id, generation, payload, hintFor);

    public Task<StoreVerdict> TouchAsync(Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        store.TouchAsync(id, generation, hintFor);

    public Task<StoreVerdict> DeleteAsync(Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        store.DeleteAsync(id, generation, hintFor);

    public Task<LinkFact> FindLinkAsync(string path, CancellationToken cancellationToken) => Task.FromResult(store.FindLink(path));

    public Task<StoreVerdict> PutLinkAsync(string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone,
        string? hintFor, CancellationToken cancellationToken) =>
        store.PutLinkAsync(path, generation, link, isTombstone, hintFor);

    public Task<IReadOnlyList<ListedName>> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ListedName>>(store.List(directory, after, limit));

    public Task<byte[]> SumsAsync(string peer, CancellationToken cancellationToken) => Task.FromResult(store.BlobSums.ToArray());

    public Task<BucketFacts> BucketAsync(int bucket, CancellationToken cancellationToken) => Task.FromResult(store.Bucket(bucket));
}
