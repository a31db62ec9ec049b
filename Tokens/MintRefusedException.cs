namespace Flickr.Tokens;

/// <summary>A grant that must not become a token. The message names the reason and holds nothing of the
/// grant.</summary>
public sealed class MintRefusedException(MintRefusal refusal)
    : InvalidOperationException($"The token was not minted: {refusal}.")
{
    /// <summary>The reason.</summary>
    public MintRefusal Refusal { get; } = refusal;
}
