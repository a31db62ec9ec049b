namespace Flickr.Fleet.Streaming;

/// <summary>
/// One key on the wire. Which parts are there depends on algorithm and bundle; all are base64url.
/// </summary>
/// <param name="Kid">Key id.</param>
/// <param name="Issuer">The issuer whose tokens it signs.</param>
/// <param name="Algorithm"><c>HS256</c> (also FS1) or <c>ES256</c>.</param>
/// <param name="State"><c>prePublished</c>, <c>active</c> or <c>retiring</c>.</param>
/// <param name="NotAfterMs">When a retiring key stops verifying; null while it is not retiring.</param>
/// <param name="Secret">HS256: the secret.</param>
/// <param name="X">ES256: the point.</param>
/// <param name="Y">ES256: the point.</param>
/// <param name="D">ES256: the private part; only in the mint bundle.</param>
public sealed record BundleKey(
    string Kid, string Issuer, string Algorithm, string State, long? NotAfterMs,
    string? Secret = null, string? X = null, string? Y = null, string? D = null)
{
    /// <summary>Without key material.</summary>
    public override string ToString() => $"{Kid} {Algorithm} {State}";
}
