using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Flickr.Tokens.Remembered;

/// <summary>
/// Verified tokens by the keyed hash of token and host, bounded: two generations of half the size each. When
/// the young one
/// is full it becomes the old one, and what is used is carried over. Reads take no lock.
/// </summary>
internal sealed class RememberedTokens(int entriesMax)
{
    private readonly int _half = Math.Max(1, entriesMax / 2);
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<UInt128, RememberedToken> _young = new();
    private volatile ConcurrentDictionary<UInt128, RememberedToken> _old = new();

    /// <summary>Entries in both generations.</summary>
    public int Count => _young.Count + _old.Count;

    public bool TryFind(UInt128 hash, [NotNullWhen(true)] out RememberedToken? token)
    {
        if (_young.TryGetValue(hash, out token)) return true;
        if (!_old.TryGetValue(hash, out token)) return false;
        Keep(hash, token);
        return true;
    }

    public void Keep(UInt128 hash, RememberedToken token)
    {
        if (entriesMax == 0) return;
        var young = _young;
        young[hash] = token;
        // Count locks every bucket, so it is asked at one insertion in sixteen; the bound is soft by as much.
        if (((ulong)hash & 15) == 0 && young.Count >= _half) Turn(young);
    }

    /// <summary>Takes out an entry that is over or whose key is gone.</summary>
    public void Forget(UInt128 hash)
    {
        _young.TryRemove(hash, out _);
        _old.TryRemove(hash, out _);
    }

    private void Turn(ConcurrentDictionary<UInt128, RememberedToken> full)
    {
        lock (_turning)
        {
            if (!ReferenceEquals(_young, full)) return;
            _old = full;
            _young = new ConcurrentDictionary<UInt128, RememberedToken>();
        }
    }
}
