using System.Security.Cryptography;
using Flickr.Commands;

namespace Flickr.Client;

/// <summary>A storage node's API as operators use it. Thread-safe.</summary>
internal sealed class OriginClient(Api api) : IDisposable
{
    private const int BlockBytes = 128 * 1024;

    /// <inheritdoc/>
    public void Dispose() => api.Dispose();

    /// <summary>One page of a directory, <paramref name="path"/> such as <c>/alice/nature/</c>.</summary>
    public Task<OriginListing> ListAsync(string path, string? after, CancellationToken cancellationToken) =>
        api.GetAsync((path.EndsWith('/') ? path : path + "/") +
            (after is null ? "" : "?after=" + Uri.EscapeDataString(after)),
            ClientJson.Default.OriginListing, cancellationToken);

    /// <summary>What a name or a blob is, without its bytes.</summary>
    public async Task<OriginFacts> StatAsync(string path, CancellationToken cancellationToken)
    {
        using var answer =
            await api.SendAsync(new HttpRequestMessage(HttpMethod.Head, api.At(path)), cancellationToken);
        string? Header(string name) => answer.Headers.TryGetValues(name, out var values)
            ? string.Join(' ', values) : null;
        return new OriginFacts(path, (int)answer.StatusCode, answer.Content.Headers.ContentLength,
            answer.Content.Headers.ContentType?.ToString(), answer.Headers.ETag?.Tag.Trim('"'),
                Header("Flickr-Owner"),
            Header("Flickr-Visibility"), Header("Surrogate-Key"), Header("Flickr-Generation"),
                Header("Cache-Control"));
    }

    /// <summary>
    /// Reads every byte and compares their SHA-256 with the digest that the node says they have.
    /// </summary>
    public async Task<OriginVerdict> VerifyAsync(string path, CancellationToken cancellationToken)
    {
        using var answer =
            await api.SendAsync(new HttpRequestMessage(HttpMethod.Get, api.At(path)), cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        long bytes = 0;
        int read;
        while ((read = await body.ReadAsync(block, cancellationToken)) > 0)
        {
            hash.AppendData(block, 0, read);
            bytes += read;
        }
        var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        var expected = path.StartsWith("/b/", StringComparison.Ordinal) ? path["/b/".Length..]
            : answer.Headers.ETag?.Tag.Trim('"');
        return new OriginVerdict(path, expected == digest, bytes, digest, expected);
    }
}
