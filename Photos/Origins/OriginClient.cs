using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Flickr.Photos.Publishing;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Origins;

/// <summary>
/// Speaks to the storage nodes. Any node answers anything; a node that fails is passed over for the next one, as long as no
/// byte of a body has left. Thread-safe.
/// </summary>
public sealed class OriginClient(HttpClient http, IOptionsMonitor<PhotosOptions> options, ILogger<OriginClient> log)
{
    private readonly string _key = PhotosOptions.KeyOf(options.CurrentValue.OriginKey, options.CurrentValue.OriginKeyFile);
    private Known _known = new([], []);
    private int _turn;

    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(30);

    /// <summary>Stores bytes whose digest is not known yet. They are durable when this returns.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="generation">What the collector's deletions are compared with; see <c>Collecting/BlobReferences.cs</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OriginUnavailableException">No node took them, or they were deleted under a later generation.</exception>
    public async Task<StoredBlob> StoreAsync(UploadBody body, long generation, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => WithGeneration(new HttpRequestMessage(HttpMethod.Post, "b") { Content = body.AsContent() }, generation),
            () => !body.HasBegun, cancellationToken);
        await ThrowUnlessSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<StoredBlob>(cancellationToken)
            ?? throw new OriginUnavailableException("a storage node answered without a digest", null);
    }

    /// <summary>Stores a file that may be read again.</summary>
    public async Task<StoredBlob> StoreFileAsync(string path, long generation, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => WithGeneration(
                new HttpRequestMessage(HttpMethod.Post, "b") { Content = new StreamContent(File.OpenRead(path)) }, generation),
            () => true, cancellationToken);
        await ThrowUnlessSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<StoredBlob>(cancellationToken)
            ?? throw new OriginUnavailableException("a storage node answered without a digest", null);
    }

    /// <summary>Deletes a blob as of a generation: what was stored with a later one stays. Gone already is as good.</summary>
    public async Task DeleteBlobAsync(string digest, long generation, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => WithGeneration(new HttpRequestMessage(HttpMethod.Delete, "b/" + digest), generation), () => true, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Conflict))
        {
            await ThrowUnlessSuccessAsync(response, cancellationToken);
        }
    }

    /// <summary>Length of a blob; null when it is not there.</summary>
    public async Task<long?> FindAsync(string digest, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Head, "b/" + digest), () => true, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return null;
        }
        await ThrowUnlessSuccessAsync(response, cancellationToken);
        return response.Content.Headers.ContentLength;
    }

    /// <summary>Writes a blob to a file, by way of a name of its own, so that a file of that name is always whole. False when the blob is not there.</summary>
    public async Task<bool> FetchAsync(string digest, string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, "b/" + digest), () => true, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return false;
        }
        await ThrowUnlessSuccessAsync(response, cancellationToken);
        var partial = $"{path}.{Guid.NewGuid():N}";
        try
        {
            await using (var file = File.Create(partial))
            {
                await response.Content.CopyToAsync(file, cancellationToken);
            }
            File.Move(partial, path, overwrite: true);
            return true;
        }
        catch (HttpRequestException fault)
        {
            throw new OriginUnavailableException("a storage node broke off", fault);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Points a name at a blob, or at the bytes given.</summary>
    /// <returns>Whether the name now says this, said something newer already, or the blob is unknown.</returns>
    public async Task<LinkOutcome> LinkAsync(CdnLink link, byte[]? document, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => RequestFor(link, document), () => true, cancellationToken);
        switch (response.StatusCode)
        {
            case HttpStatusCode.Conflict:
                return LinkOutcome.Superseded;
            case HttpStatusCode.NotFound:
                return LinkOutcome.BlobUnknown;
            default:
                await ThrowUnlessSuccessAsync(response, cancellationToken);
                return LinkOutcome.Written;
        }
    }

    /// <summary>Some names directly below a directory (<c>/alice/nature/</c>); none when there is no such directory.</summary>
    public async Task<OriginListing> ListAsync(string directory, string? after, CancellationToken cancellationToken)
    {
        var target = directory.TrimStart('/') + (after is null ? "" : "?after=" + Uri.EscapeDataString(after));
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, target), () => true, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return new OriginListing([], [], null);
        }
        await ThrowUnlessSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<OriginListing>(cancellationToken)
            ?? throw new OriginUnavailableException("a storage node answered without a listing", null);
    }

    /// <summary>Removes a name, unless a newer generation has been written.</summary>
    public async Task UnlinkAsync(string path, long generation, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => WithGeneration(new HttpRequestMessage(HttpMethod.Delete, path.TrimStart('/')), generation),
            () => true, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict))
        {
            await ThrowUnlessSuccessAsync(response, cancellationToken);
        }
    }

    private static HttpRequestMessage RequestFor(CdnLink link, byte[]? document)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, link.Path.TrimStart('/'));
        if (document is null)
        {
            request.Headers.Add("Link-Blob", link.Digest);
        }
        else
        {
            request.Content = new ByteArrayContent(document);
        }
        request.Headers.Add("Link-Type", link.MediaType);
        request.Headers.Add("Link-Owner", link.OwnerId);
        request.Headers.Add("Link-Owner-Epoch", link.OwnerEpoch.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Link-Visibility", link.IsPublic ? "public" : "private");
        request.Headers.Add("Link-Tags", link.Tags);
        WithGeneration(request, link.Generation);
        if (link.CacheControl is not null)
        {
            request.Headers.Add("Link-Cache-Control", link.CacheControl);
        }
        return request;
    }

    private static HttpRequestMessage WithGeneration(HttpRequestMessage request, long generation)
    {
        request.Headers.Add("Link-Generation", generation.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make, Func<bool> mayRepeat, CancellationToken cancellationToken)
    {
        Exception? last = null;
        var nodes = NodesNow();
        for (var i = 0; i < nodes.Length; i++)
        {
            var node = nodes[(int)((uint)Volatile.Read(ref _turn) % (uint)nodes.Length)];
            using var request = make();
            request.RequestUri = new Uri(node, request.RequestUri!);
            if (_key.Length > 0)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
            }
            try
            {
                var response = await AskAsync(request, cancellationToken);
                if ((int)response.StatusCode is not (>= 500 and < 507) || i + 1 == nodes.Length || !mayRepeat())
                {
                    return response;
                }
                PhotosLog.OriginFailed(log, node.ToString(), ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture));
                response.Dispose();
                Interlocked.Increment(ref _turn);
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                PhotosLog.OriginFailed(log, node.ToString(), fault.Message);
                Interlocked.Increment(ref _turn);
                last = fault;
                if (!mayRepeat())
                {
                    break;
                }
            }
        }
        throw new OriginUnavailableException("no storage node answered", last);
    }

    /// <summary>The nodes of today: a discovery may change the setting while the program runs.</summary>
    private Uri[] NodesNow()
    {
        var addresses = options.CurrentValue.Origins;
        var known = _known;
        if (!ReferenceEquals(known.Addresses, addresses))
        {
            known = new Known(addresses, [.. addresses.Select(address => new Uri(address.TrimEnd('/') + "/"))]);
            _known = known;
        }
        return known.Nodes;
    }

    private sealed record Known(string[] Addresses, Uri[] Nodes);

    // A node that takes a request and says nothing must not hold a saga for ever. An upload is as slow as its client, so
    // there the client's own connection is the limit.
    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.Method != HttpMethod.Post)
        {
            stop.CancelAfter(AnswerTimeMax);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
    }

    private static async Task ThrowUnlessSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        var text = response.Content.Headers.ContentLength is <= 4096
            ? await response.Content.ReadAsStringAsync(cancellationToken)
            : "";
        throw new OriginUnavailableException($"a storage node answered {(int)response.StatusCode} {text}", null)
        {
            Status = (int)response.StatusCode,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }
}
