namespace Flickr.Photos.Minting;

/// <summary>No key to make a token with: the control plane has not been heard yet.</summary>
public sealed class MintKeysMissingException() : InvalidOperationException("no key to make tokens with");
