using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Flickr.Tokens;

/// <summary>
/// The keys an edge verifies with, as one immutable whole: a new bundle is a new ring, swapped in one write.
/// Keys are found
/// by their exact id and in no other way.
/// </summary>
public sealed class KeyRing
{
    private static long lastGeneration;

    private readonly FrozenDictionary<string, VerifyKey> _keys;
    private readonly FrozenDictionary<string, VerifyKey>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    private KeyRing(FrozenDictionary<string, VerifyKey> keys, long version)
    {
        _keys = keys;
        _bySpan = keys.GetAlternateLookup<ReadOnlySpan<char>>();
        Version = version;
        Generation = Interlocked.Increment(ref lastGeneration);
    }

    /// <summary>A ring without keys, version 0.</summary>
    public static KeyRing Empty { get; } = Of([], 0);

    /// <summary>The version of the bundle it was made of.</summary>
    public long Version { get; }

    /// <summary>The keys, in no order.</summary>
    public IReadOnlyList<VerifyKey> Keys => _keys.Values;

    /// <summary>A number no other ring of this process has; the verified-token cache tells rings apart by
    /// it.</summary>
    internal long Generation { get; }

    /// <summary>Makes a ring.</summary>
    /// <exception cref="ArgumentException">Two keys share an id.</exception>
    public static KeyRing Of(IEnumerable<VerifyKey> keys, long version)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var byId = new Dictionary<string, VerifyKey>(StringComparer.Ordinal);
        foreach (var key in keys)
            if (!byId.TryAdd(key.KeyId, key))
                throw new ArgumentException($"Two keys are called {key.KeyId}.", nameof(keys));
        return new KeyRing(byId.ToFrozenDictionary(StringComparer.Ordinal), version);
    }

    /// <summary>Finds a key by the ASCII bytes of its id.</summary>
    public bool TryFind(ReadOnlySpan<byte> keyId, [NotNullWhen(true)] out VerifyKey? key)
    {
        key = null;
        if (!TokenText.IsKeyId(keyId)) return false;
        Span<char> characters = stackalloc char[TokenText.FieldLengthMax];
        for (var i = 0; i < keyId.Length; i++) characters[i] = (char)keyId[i];
        return _bySpan.TryGetValue(characters[..keyId.Length], out key);
    }

    /// <summary>Finds a key by its id.</summary>
    public bool TryFind(ReadOnlySpan<char> keyId, [NotNullWhen(true)] out VerifyKey? key) =>
        _bySpan.TryGetValue(keyId, out key);
}
