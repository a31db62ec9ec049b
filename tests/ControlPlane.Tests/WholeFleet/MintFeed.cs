using System.Text.Json;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using static System.Buffers.Text.Base64Url;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>Keys as a service reads them from the control plane.</summary>
internal static class MintFeed
{
    public static async Task<MintKey> ReadAsync(StartedControlPlane plane, string algorithm)
    {
        var bundle = (await plane.GetAsync("/v1/keys/mint", StartedControlPlane.ServiceKey))
            .Deserialize(StreamJson.Default.VerifyBundle)!;
        var key = bundle.Keys.Single(key => key.Algorithm == algorithm);
        return algorithm == "HS256"
            ? MintKey.FromSecret(key.Kid, key.Issuer, DecodeFromChars(key.Secret))
            : MintKey.FromPrivateKey(key.Kid, key.Issuer, DecodeFromChars(key.D), DecodeFromChars(key.X),
                DecodeFromChars(key.Y));
    }
}
