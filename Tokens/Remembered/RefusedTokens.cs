namespace Flickr.Tokens.Remembered;

/// <summary>
/// Forged tokens whose signature was dear to check, for one second each: the same one sent again and again
/// costs a lookup.
/// A table of its own and of fixed size, where a newcomer takes the place of another, so that no flood of
/// forged tokens can
/// push out a genuine one.
/// </summary>
internal sealed class RefusedTokens
{
    private const int Slots = 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly Entry?[] _entries = new Entry?[Slots];

    public void Keep(UInt128 hash, KeyRing keys, DateTimeOffset now) =>
        Volatile.Write(ref _entries[Slot(hash)], new Entry(hash, keys.Generation, now + Kept));

    /// <summary>Whether it was refused under these very keys, less than a second ago.</summary>
    public bool Contains(UInt128 hash, KeyRing keys, DateTimeOffset now) =>
        Volatile.Read(ref _entries[Slot(hash)]) is { } entry
        && entry.Hash == hash && entry.KeysGeneration == keys.Generation && now < entry.Until;

    private static int Slot(UInt128 hash) => (int)(uint)(hash % Slots);

    private sealed record Entry(UInt128 Hash, long KeysGeneration, DateTimeOffset Until);
}
