using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>This node, as one of the replicas.</summary>
internal sealed class LocalReplica(string nodeId, NodeStore store, SharedSums sums) : IReplica
{
    public string NodeId => nodeId;

    public Task<BlobFact> ProbeAsync(Digest id, CancellationToken cancellationToken) => Task.FromResult(store.Probe(id));

    public Task<StoreVerdict> PutAsync(
        Digest id, long generation, Payload payload, string? hintFor, CancellationToken cancellationToken) =>
        store.PutAsync(id, generation, payload, hintFor);

    public Task<StoreVerdict> TouchAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        store.TouchAsync(id, generation, hintFor);

    public Task<StoreVerdict> DeleteAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        store.DeleteAsync(id, generation, hintFor);

    public Task<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken) =>
        store.OpenAsync(id, cancellationToken).AsTask();

    public Task<LinkFact> FindLinkAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult(store.FindLink(path));

    public Task<StoreVerdict> PutLinkAsync(string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone,
        string? hintFor, CancellationToken cancellationToken) =>
        store.PutLinkAsync(path, generation, link, isTombstone, hintFor);

    public Task<IReadOnlyList<ListedName>> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ListedName>>(store.List(directory, after, limit));

    public Task<byte[]> SumsAsync(string peer, CancellationToken cancellationToken) => Task.FromResult(sums.With(peer));

    public Task<BucketFacts> BucketAsync(int bucket, CancellationToken cancellationToken) =>
        Task.FromResult(store.Bucket(bucket));
}
