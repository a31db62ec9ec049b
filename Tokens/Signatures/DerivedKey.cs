using System.Security.Cryptography;
using System.Text;
using Flickr.Tokens.Fs1;

namespace Flickr.Tokens.Signatures;

/// <summary>
/// Keys for one part of the tree, derived from a root key that the edge holds: <c>k1~2</c> is <c>k1</c> for
/// the first two
/// segments of a path. The edge takes those segments from the request itself, so such a key signs nothing
/// outside them.
/// </summary>
/// <remarks>
/// <c>HKDF-SHA256(secret of the root, no salt, info = "flk/1|" host "|" prefix)</c>, 32 bytes; the prefix is
/// canonical and ends
/// in a slash. 2.4 µs, paid once per token.
/// </remarks>
internal static class DerivedKey
{
    public const char Mark = '~';

    /// <summary>The secret for a prefix on a host.</summary>
    public static byte[] Secret(byte[] root, string host, ReadOnlySpan<char> prefix) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, 32, [],
            Encoding.ASCII.GetBytes($"flk/1|{host}|{prefix}"));

    /// <summary>The key id of a root key for a depth.</summary>
    public static string KeyId(string root, int depth) => $"{root}{Mark}{Base36.Write(depth)}";

    /// <summary>
    /// Finds the key a token names, whether it is in the ring or derived from one that is. Valid means:
    /// there, and usable now.
    /// </summary>
    public static TokenVerdict Find(
        KeyRing keys, ReadOnlySpan<byte> keyId, in TokenRequest request, DateTimeOffset now,
        out FoundKey found)
    {
        found = default;
        if (keys.TryFind(keyId, out var key))
        {
            found = new FoundKey(key, key.Check, 0);
            return key.IsUsable(now) ? TokenVerdict.Valid : TokenVerdict.KeyNotUsable;
        }
        var mark = keyId.LastIndexOf((byte)Mark);
        if (mark <= 0 || !Base36.TryRead(keyId[(mark + 1)..], out var depth)
            || depth is 0 or > Fs1Codec.DepthMax)
            return TokenVerdict.UnknownKey;
        if (!keys.TryFind(keyId[..mark], out key)) return TokenVerdict.UnknownKey;
        if (!key.IsUsable(now)) return TokenVerdict.KeyNotUsable;
        if (key.Check is not HmacSignature root) return TokenVerdict.WrongAlgorithm;
        var prefix = request.Path.Prefix((int)depth);
        if (prefix.IsEmpty || !TokenText.IsHost(request.Host)) return TokenVerdict.OutOfScope;
        found = new FoundKey(key, new HmacSignature(Secret(root.Secret, request.Host, prefix)), (int)depth);
        return TokenVerdict.Valid;
    }
}
