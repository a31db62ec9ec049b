using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Invalidations;

/// <summary>Speaks to the control plane in the role <c>service</c>. Thread-safe.</summary>
public sealed class ControlPlaneClient(HttpClient http, IOptionsMonitor<PhotosOptions> options)
{
    private readonly string _key = PhotosOptions.KeyOf(
        options.CurrentValue.ControlPlaneKey, options.CurrentValue.ControlPlaneKeyFile);
    private int _turn;

    /// <summary>
    /// Posts an invalidation and waits up to <paramref name="wait"/> for the edges to acknowledge it. Posting the same
    /// twice is harmless: the second costs the edges a fill.
    /// </summary>
    /// <returns>The receipt as the control plane spells it.</returns>
    /// <exception cref="HttpRequestException">It was not accepted; nothing is to be believed.</exception>
    public async Task<JsonElement> InvalidateAsync(Invalidation invalidation, TimeSpan wait, CancellationToken cancellationToken)
    {
        var target = wait > TimeSpan.Zero ? $"v1/invalidations?wait={(long)wait.TotalMilliseconds}" : "v1/invalidations";
        using var response = await SendAsync(HttpMethod.Post, target,
            () => JsonContent.Create(invalidation, options: JsonSerializerOptions.Web), cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>The receipt of an invalidation as it is now; null when unknown.</summary>
    public async Task<JsonElement?> FindReceiptAsync(string receipt, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Get, "v1/invalidations/" + Uri.EscapeDataString(receipt), null, cancellationToken);
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
        using var response = await SendAsync(HttpMethod.Get, "v1/keys/mint", null, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<MintKeyFeed>(cancellationToken)
            ?? throw new HttpRequestException("the control plane answered null");
    }

    /// <summary>
    /// Asks the control planes in turn until one is reached: they share one log, and every call here may be made
    /// twice.
    /// </summary>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string target, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        var addresses = options.CurrentValue.ControlPlane.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var tries = 1; ; tries++)
        {
            var address = new Uri(addresses[(int)((uint)Volatile.Read(ref _turn) % (uint)addresses.Length)].TrimEnd('/') + "/");
            using var request = new HttpRequestMessage(method, new Uri(address, target)) { Content = content?.Invoke() };
            if (_key.Length > 0)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
            }
            try
            {
                return await http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException) when (tries < addresses.Length)
            {
                Interlocked.Increment(ref _turn);
            }
        }
    }
}
