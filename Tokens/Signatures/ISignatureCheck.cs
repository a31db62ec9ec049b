namespace Flickr.Tokens.Signatures;

/// <summary>Checks signatures of one algorithm under one key. Thread-safe.</summary>
internal interface ISignatureCheck
{
    /// <summary>Bytes of the longest signature there is under this key.</summary>
    int SignatureBytes { get; }

    /// <summary>Whether the signature is of these bytes.</summary>
    bool IsGenuine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);
}
