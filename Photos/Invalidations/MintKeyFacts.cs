namespace Flickr.Photos.Invalidations;

/// <summary>One key of the feed; parts are base64url.</summary>
public sealed record MintKeyFacts(
    string Kid, string Issuer, string Algorithm, string State, long? NotAfterMs, string? Secret, string? D, string? X, string? Y);
