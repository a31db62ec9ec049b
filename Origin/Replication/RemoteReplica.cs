using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>Another node over HTTP. Whatever keeps it from answering is a <see cref="PeerUnavailableException"/>.</summary>
internal sealed class RemoteReplica(string nodeId, HttpClient client, TimeSpan timeout) : IReplica
{
    /// <summary>Bodies get a second more for each of these.</summary>
    private const long BytesPerSecondMin = 1 << 20;

    public string NodeId => nodeId;

    public Task<BlobFact> ProbeAsync(Digest id, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"/-/blobs/{id}/fact", null, PeerJson.Default.BlobFact, cancellationToken);

    public Task<StoreVerdict> PutAsync(
        Digest id, long generation, Payload payload, string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Put, $"/-/blobs/{id}?{Query(generation, hintFor)}", new PayloadContent(payload),
            payload.Length, cancellationToken);

    public Task<StoreVerdict> TouchAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"/-/blobs/{id}/touch?{Query(generation, hintFor)}", null, 0, cancellationToken);

    public Task<StoreVerdict> DeleteAsync(
        Digest id, long generation, string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"/-/blobs/{id}/delete?{Query(generation, hintFor)}", null, 0, cancellationToken);

    public async Task<BlobSource?> OpenAsync(Digest id, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Get, $"/-/blobs/{id}", null, 0, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return new RemoteSource(this, id, response);
        }
        response.Dispose();
        return null;
    }

    public Task<LinkFact> FindLinkAsync(string path, CancellationToken cancellationToken) => AskAsync(
        HttpMethod.Post, "/-/links/find", new StringContent(path), PeerJson.Default.LinkFact, cancellationToken);

    public Task<StoreVerdict> PutLinkAsync(string path, long generation, ReadOnlyMemory<byte> link, bool isTombstone,
        string? hintFor, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Put, $"/-/links?deleted={(isTombstone ? 1 : 0)}&{Query(generation, hintFor)}",
            new ReadOnlyMemoryContent(link), link.Length, cancellationToken);

    public async Task<IReadOnlyList<ListedName>> ListAsync(
        string directory, string after, int limit, CancellationToken cancellationToken) =>
        await AskAsync(HttpMethod.Post, $"/-/links/list?limit={limit}&after={Uri.EscapeDataString(after)}",
            new StringContent(directory), PeerJson.Default.ListListedName, cancellationToken);

    public async Task<byte[]> SumsAsync(string peer, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/-/sums?peer={peer}", null, 0, cancellationToken);
        return await GuardAsync(() => response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken),
            cancellationToken);
    }

    public Task<BucketFacts> BucketAsync(int bucket, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"/-/buckets/{bucket}", null, PeerJson.Default.BucketFacts, cancellationToken);

    private async Task<T> AskAsync<T>(
        HttpMethod method, string target, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, target, content, 0, cancellationToken);
        return await GuardAsync(async () =>
        {
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw new JsonException("An empty answer.");
        }, cancellationToken);
    }

    private async Task<StoreVerdict> WriteAsync(
        HttpMethod method, string target, HttpContent? content, long bytes, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, target, content, bytes, cancellationToken);
        var text = await GuardAsync(() => response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken),
            cancellationToken);
        return Enum.TryParse<StoreVerdict>(text, out var verdict)
            ? verdict : throw new PeerUnavailableException($"An answer that is no verdict: {text}");
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string target, HttpContent? content, long bytes, CancellationToken cancellationToken,
        RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(method, target) { Content = content };
        request.Headers.Range = range;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout + TimeSpan.FromSeconds((double)bytes / BytesPerSecondMin));
        return await GuardAsync(
            () => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token), cancellationToken);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException or ObjectDisposedException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new PeerUnavailableException(error.Message, error);
        }
    }

    private static string Query(long generation, string? hintFor) =>
        string.Create(CultureInfo.InvariantCulture, $"generation={generation}&hint={hintFor}");

    /// <summary>A payload as the body of a request.</summary>
    private sealed class PayloadContent(Payload payload) : HttpContent
    {
        private const int ChunkBytes = 128 << 10;

        protected override bool TryComputeLength(out long length)
        {
            length = payload.Length;
            return true;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            if (payload.IsInMemory)
            {
                await stream.WriteAsync(payload.Bytes);
                return;
            }
            var chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(ChunkBytes);
            try
            {
                for (long done = 0; done < payload.Length;)
                {
                    var read = payload.Read(done, chunk.AsSpan(0, ChunkBytes));
                    if (read == 0)
                    {
                        throw new EndOfStreamException("A payload is shorter than it says.");
                    }
                    await stream.WriteAsync(chunk.AsMemory(0, read));
                    done += read;
                }
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(chunk);
            }
        }
    }

    /// <summary>Bytes streamed through from another node; a part of them costs one more call.</summary>
    private sealed class RemoteSource(RemoteReplica replica, Digest id, HttpResponseMessage response) : BlobSource
    {
        private HttpResponseMessage _response = response;

        public override long Length { get; } = response.Content.Headers.ContentLength ?? 0;

        public override async Task CopyAsync(long offset, long count, Stream target, CancellationToken cancellationToken)
        {
            if (offset != 0 || count != Length)
            {
                _response.Dispose();
                _response = await replica.SendAsync(HttpMethod.Get, $"/-/blobs/{id}", null, 0, cancellationToken,
                    new RangeHeaderValue(offset, offset + count - 1));
            }
            var chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(ChunkBytes);
            try
            {
                await using var body = await _response.Content.ReadAsStreamAsync(cancellationToken);
                using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                for (long done = 0; done < count;)
                {
                    stall.CancelAfter(replica.Timeout);
                    var read = await body.ReadAsync(chunk.AsMemory(0, (int)Math.Min(ChunkBytes, count - done)), stall.Token);
                    if (read == 0)
                    {
                        throw new EndOfStreamException("Another node broke off.");
                    }
                    stall.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);
                    await target.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
                    done += read;
                }
            }
            catch (Exception error) when (error is HttpRequestException or PeerUnavailableException
                || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new IOException("Another node broke off.", error);
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(chunk);
            }
        }

        public override ValueTask DisposeAsync()
        {
            _response.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan Timeout => timeout;
}
