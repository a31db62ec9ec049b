using System.Text;
using System.Text.Json;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Framing;

/// <summary>Another node: small calls as frames over one connection, large bodies and everything else over HTTP.</summary>
internal sealed class FramedReplica(RemoteReplica http, FrameClient frames, TimeSpan timeout) : IReplica
{
    public string NodeId => http.NodeId;

    public async Task<BlobFact> ProbeAsync(Digest id, CancellationToken cancellationToken) => FrameBody.ReadFact(
        (await CallAsync(FrameOperation.Probe, FrameBody.Write(id, 0, null, Payload.Empty), cancellationToken)).Span);

    public Task<StoreVerdict> PutAsync(
        Digest id, long generation, Payload payload, string? hintFor, CancellationToken cancellationToken) =>
        payload.Length > Frame.BodyBytesMax
            ? http.PutAsync(id, generation, payload, hintFor, cancellationToken)
            : WriteAsync(FrameOperation.Put, FrameBody.Write(id, generation, hintFor, payload), cancellationToken);

    public Task<StoreVerdict> TouchAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(FrameOperation.Touch, FrameBody.Write(id, generation, hintFor, Payload.Empty), cancellationToken);

    public Task<StoreVerdict> DeleteAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(FrameOperation.Delete, FrameBody.Write(id, generation, hintFor, Payload.Empty), cancellationToken);

    public Task<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken) => http.OpenAsync(id, cancellationToken);

    public async Task<LinkFact> FindLinkAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(FrameOperation.FindLink, Encoding.UTF8.GetBytes(path), cancellationToken);
        try
        {
            return FrameBody.ReadLink(answer.Span);
        }
        catch (JsonException error)
        {
            throw new PeerUnavailableException("An answer that is no fact.", error);
        }
    }

    public Task<StoreVerdict> PutLinkAsync(string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone,
        string? hintFor, CancellationToken cancellationToken) => WriteAsync(
            isTombstone ? FrameOperation.PutLinkTombstone : FrameOperation.PutLink,
            FrameBody.Write(Digest.OfPath(path), generation, hintFor, new Payload(link)), cancellationToken);

    public Task<IReadOnlyList<ListedName>> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken) =>
        http.ListAsync(directory, after, limit, cancellationToken);

    public Task<byte[]> SumsAsync(string peer, CancellationToken cancellationToken) => http.SumsAsync(peer, cancellationToken);

    public Task<BucketFacts> BucketAsync(int bucket, CancellationToken cancellationToken) =>
        http.BucketAsync(bucket, cancellationToken);

    private Task<ReadOnlyMemory<byte>> CallAsync(
        FrameOperation operation, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        frames.CallAsync(operation, body, timeout, cancellationToken);

    private async Task<StoreVerdict> WriteAsync(
        FrameOperation operation, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(operation, body, cancellationToken);
        return answer.Length == 1 && Enum.IsDefined((StoreVerdict)answer.Span[0])
            ? (StoreVerdict)answer.Span[0]
            : throw new PeerUnavailableException("An answer that is no verdict.");
    }
}
