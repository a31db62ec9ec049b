using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>The key of the people who run the service.</summary>
public sealed class OperatorKey(IOptions<PhotosOptions> options)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(
        PhotosOptions.KeyOf(options.Value.OperatorKey, options.Value.OperatorKeyFile));

    /// <summary>Whether the request carries it. Never when none is set.</summary>
    public bool IsIn(HttpRequest request) =>
        _key.Length > 0
        && AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header.Parameter ?? ""), _key);
}
