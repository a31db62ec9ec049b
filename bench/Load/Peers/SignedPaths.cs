using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Load.Peers;

/// <summary>
/// Signed addresses for the servers that check them: ours with one FS1 token for an album (HMAC-SHA-256), nginx with its
/// own <c>secure_link</c> (MD5 over expiry, path and secret, for one path).
/// </summary>
internal sealed class SignedPaths
{
    private const string KeyId = "bench";
    private const string Issuer = "bench";
    private const int AlbumSegments = 2;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly TokenMinter _minter;

    public SignedPaths() => _minter = new TokenMinter(MintKey.FromSecret(KeyId, Issuer, _secret), TimeProvider.System);

    /// <summary>The settings that let a stand-alone edge verify the tokens.</summary>
    public string[] EdgeSettings =>
    [
        $"--Edge:Keys:0:Kid={KeyId}", $"--Edge:Keys:0:Issuer={Issuer}", "--Edge:Keys:0:Algorithm=HS256",
        $"--Edge:Keys:0:Secret={Base64Url.EncodeToString(_secret)}",
    ];

    /// <summary>The directives that let nginx verify the links.</summary>
    public string NginxDirectives => $$"""
        secure_link $arg_md5,$arg_expires;
              secure_link_md5 "$secure_link_expires$uri {{Convert.ToHexString(_secret)}}";
              if ($secure_link = "") { return 403; }
              if ($secure_link = "0") { return 410; }
        """;

    /// <summary><paramref name="path"/> with a token for its album on <paramref name="host"/>.</summary>
    public string ForEdge(string host, string path)
    {
        var grant = Grant.ForOwner(BenchOrigin.Owner, BenchOrigin.OwnerEpoch).ForHost(host)
            .Depth(AlbumSegments, CanonicalPath.Parse(path)).ForViewer("bench").ExpiresIn(Lifetime);
        return $"{path}?{_minter.MintQuery(grant)}";
    }

    /// <summary><paramref name="path"/> as a <c>secure_link</c>.</summary>
    public string ForNginx(string path)
    {
        var expires = TimeProvider.System.GetUtcNow().Add(Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var text = $"{expires}{path} {Convert.ToHexString(_secret)}";
        return $"{path}?md5={Base64Url.EncodeToString(Md5(Encoding.ASCII.GetBytes(text)))}&expires={expires}";
    }

#pragma warning disable CA5351 // nginx's secure_link knows nothing else; it protects nothing here
    private static byte[] Md5(byte[] text) => MD5.HashData(text);
#pragma warning restore CA5351
}
