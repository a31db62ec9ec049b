namespace Flickr.Tokens.Signatures;

/// <summary>The key a token was found to name.</summary>
/// <param name="Key">The key of the ring: itself, or the root it is derived from.</param>
/// <param name="Check">What checks the signature.</param>
/// <param name="Depth">Segments the key is derived for; 0 for a key of the ring.</param>
internal readonly record struct FoundKey(VerifyKey Key, ISignatureCheck Check, int Depth);
