using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Invalidations;

/// <summary>Speaks to the control plane in the role <c>service</c>. Thread-safe.</summary>
public sealed class ControlPlaneClient(HttpClient http, IOptions<PhotosOptions> options)
{
    private readonly Uri _address = new(options.Value.ControlPlane.TrimEnd('/') + "/");
    private readonly string _key = PhotosOptions.KeyOf(options.Value.ControlPlaneKey, options.Value.ControlPlaneKeyFile);

    /// <summary>
    /// Posts an invalidation and waits up to <paramref name="wait"/> for the edges to acknowledge it. Posting the same
    /// twice is harmless: the second costs the edges a fill.
    /// </summary>
    /// <returns>The receipt as the control plane spells it.</returns>
    /// <exception cref="HttpRequestException">It was not accepted; nothing is to be believed.</exception>
    public async Task<JsonElement> InvalidateAsync(Invalidation invalidation, TimeSpan wait, CancellationToken cancellationToken)
    {
        var target = wait > TimeSpan.Zero ? $"v1/invalidations?wait={(long)wait.TotalMilliseconds}" : "v1/invalidations";
        using var request = RequestFor(HttpMethod.Post, target);
        request.Content = JsonContent.Create(invalidation, options: JsonSerializerOptions.Web);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>The receipt of an invalidation as it is now; null when unknown.</summary>
    public async Task<JsonElement?> FindReceiptAsync(string receipt, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(
            RequestFor(HttpMethod.Get, "v1/invalidations/" + Uri.EscapeDataString(receipt)), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>The active keys with their private parts.</summary>
    /// <exception cref="HttpRequestException">The control plane does not answer or refuses.</exception>
    public async Task<MintKeyFeed> GetMintKeysAsync(CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(RequestFor(HttpMethod.Get, "v1/keys/mint"), cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<MintKeyFeed>(cancellationToken)
            ?? throw new HttpRequestException("the control plane answered null");
    }

    private HttpRequestMessage RequestFor(HttpMethod method, string target)
    {
        var request = new HttpRequestMessage(method, new Uri(_address, target));
        if (_key.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        }
        return request;
    }
}
