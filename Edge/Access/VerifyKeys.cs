using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Access;

/// <summary>
/// The keys in use: those of the control plane's stream, or the configured ones of a stand-alone edge.
/// </summary>
internal sealed class VerifyKeys
{
    private readonly ControlPlaneStream? _stream;
    private readonly KeyRing _configured;

    /// <exception cref="OptionsValidationException">A configured key is none.</exception>
    public VerifyKeys(IOptions<AccessOptions> options, ControlPlaneStream? stream = null)
    {
        _stream = stream;
        var keys = options.Value.Keys;
        try
        {
            _configured = new VerifyBundle(1, 0, [.. keys.Select(key => new BundleKey(
                key.Kid, key.Issuer, key.Algorithm, "active", null, key.Secret, key.X, key.Y))]).ToKeyRing();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException
            or System.Security.Cryptography.CryptographicException)
        {
            throw new OptionsValidationException("Edge:Keys", typeof(AccessOptions),
                [$"Edge:Keys: {exception.Message}"]);
        }
        if (_configured.Keys.Count != keys.Length)
        {
            throw new OptionsValidationException("Edge:Keys", typeof(AccessOptions),
                ["Edge:Keys: a key needs Kid, Issuer, Algorithm HS256 with Secret or ES256 with X and Y, all base64url"]);
        }
    }

    /// <summary>The ring now. Read once per request.</summary>
    public KeyRing Current => _stream?.Keys ?? _configured;
}
