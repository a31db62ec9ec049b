using System.Text;
using System.Buffers.Text;
using Flickr.Tokens.Paths;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Tokens.Tests;

/// <summary>One issuer with a key of each kind, an edge's verifier, and a clock that both read.</summary>
internal sealed class Desk
{
    public const string Host = "edge.example:8081";
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    public static readonly CanonicalPath Thumb = CanonicalPath.Parse("/alice/nature/thumbnail/swans.jpg");
    public static readonly CanonicalPath Original = CanonicalPath.Parse("/alice/nature/original/swans.png");

    public Desk(TokenVerifierOptions? options = null)
    {
        Verifier = new TokenVerifier(options ?? new TokenVerifierOptions(), Clock);
        Keys = KeyRing.Of([Hs.ToVerifyKey(KeyState.Active), Es.ToVerifyKey(KeyState.Active)], 1);
        HsMinter = new TokenMinter(Hs, Clock);
        EsMinter = new TokenMinter(Es, Clock);
    }

    public FakeTimeProvider Clock { get; } = new(Noon);

    public MintKey Hs { get; } = MintKey.NewHs256("hs-1", "photos");

    public MintKey Es { get; } = MintKey.NewEs256("es-1", "photos");

    public KeyRing Keys { get; set; }

    public TokenVerifier Verifier { get; }

    public TokenMinter HsMinter { get; }

    public TokenMinter EsMinter { get; }

    /// <summary>A prefix of depth 2 for all classes but originals.</summary>
    public static Grant Album => Grant.ForOwner("01HALICE", 7).ForHost(Host).Depth(2, Thumb);

    /// <summary>One original.</summary>
    public static Grant OneOriginal =>
        Grant.ForOwner("01HALICE", 7).ForHost(Host).Exact(Original).Open(PhotoClasses.Original);

    public static TokenRequest Ask(CanonicalPath path, PhotoClasses one, string host = Host,
        bool isGet = true) =>
        new(host, path, isGet, one);

    public static TokenRequest AskThumb => Ask(Thumb, PhotoClasses.Thumb);

    public TokenVerdict Verify(string token, TokenForm form, TokenRequest request) =>
        Verify(token, form, request, out _);

    /// <summary>Verifies both ways and insists that they agree.</summary>
    public TokenVerdict Verify(string token, TokenForm form, TokenRequest request, out AccessGrant? grant)
    {
        var bare = new TokenVerifier(new TokenVerifierOptions(), Clock).Verify(token, form, request, Keys);
        var verdict = Verifier.Verify(token, form, request, Keys, out grant);
        Xunit.Assert.Equal(verdict == TokenVerdict.Valid, grant is not null);
        Xunit.Assert.Equal(verdict == TokenVerdict.Valid, bare == TokenVerdict.Valid);
        return verdict;
    }

    /// <summary>A JWT over any header and payload, honestly signed with the HS256 key.</summary>
    public string Forge(string header, string payload) =>
        Forge(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload));

    public string Forge(byte[] header, byte[] payload)
    {
        var input = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload);
        return input + "." + Base64Url.EncodeToString(
            System.Security.Cryptography.HMACSHA256.HashData(Hs.Secret, Encoding.ASCII.GetBytes(input)));
    }

    public const string Header = """{"alg":"HS256","kid":"hs-1","typ":"cdn+jwt"}""";

    /// <summary>A good payload with one thing changed by text.</summary>
    public static string Payload(string change = "", string to = "")
    {
        var iat = Noon.ToUnixTimeSeconds();
        var good = $$"""
            {"iss":"photos","aud":"{{Host}}","exp":{{iat + 600}},"iat":{{iat}},"cdniv":1,"cdniuc":"prefix:/alice/nature/","flk_own":"01HALICE","flk_ep":7,"flk_cls":"thumb rendition metadata","cdnicrit":"flk_own,flk_ep,flk_cls"}
            """;
        if (change.Length == 0) return good;
        Xunit.Assert.Contains(change, good, StringComparison.Ordinal);
        return good.Replace(change, to, StringComparison.Ordinal);
    }
}
