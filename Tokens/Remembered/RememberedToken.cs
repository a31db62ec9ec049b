namespace Flickr.Tokens.Remembered;

/// <summary>
/// A token whose signature and claims were found good once, under this key of this ring. Immutable: another
/// ring makes
/// another entry, so that no thread can see the key of one ring with the generation of another.
/// </summary>
internal sealed class RememberedToken(AccessGrant grant, VerifyKey key, long keysGeneration)
{
    public AccessGrant Grant { get; } = grant;

    public VerifyKey Key { get; } = key;

    public long KeysGeneration { get; } = keysGeneration;

    /// <summary>
    /// The entry as this ring sees it: itself when it is of this ring, else one with the ring's key of the
    /// same id, or null
    /// when the ring has no such key or another material under its id.
    /// </summary>
    public RememberedToken? Under(KeyRing keys)
    {
        if (KeysGeneration == keys.Generation) return this;
        return keys.TryFind(Key.KeyId, out var current)
            && current.Fingerprint.AsSpan().SequenceEqual(Key.Fingerprint)
            ? new RememberedToken(Grant, current, keys.Generation)
            : null;
    }
}
