using System.Security.Cryptography;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Harness;

/// <summary>What an origin of photos says with each, and tokens for it.</summary>
internal sealed class PhotoOrigin
{
    public const string Path = "/alice/nature/thumbnail/swans_thumbnail.jpg";

    public MintKey Key { get; } = MintKey.NewHs256("k1", "photos");

    public byte[] Body { get; set; } = Collapse.CollapseTests.Bytes(20_000);

    public string Visibility { get; set; } = "private";

    public string Owner { get; set; } = "alice-id";

    public long OwnerEpoch { get; set; } = 1;

    public string Tags { get; set; } = "photo:1 album:1";

    /// <summary>Settings that make an edge's one site a photo site that knows <see cref="Key"/>.</summary>
    public (string, string)[] Settings =>
    [
        ("Edge:Sites:0:Access", "Token"),
        ("Edge:Keys:0:Kid", Key.KeyId),
        ("Edge:Keys:0:Issuer", Key.Issuer),
        ("Edge:Keys:0:Algorithm", "HS256"),
        ("Edge:Keys:0:Secret", System.Buffers.Text.Base64Url.EncodeToString(Key.Secret)),
    ];

    /// <summary>Answers as <c>docs/wire.md</c>, Origin, says.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var digest = SHA256.HashData(Body);
        var headers = context.Response.Headers;
        headers.ETag = $"\"{Convert.ToHexStringLower(digest)}\"";
        headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(digest)}:";
        headers["Flickr-Owner"] = Owner;
        headers["Flickr-Owner-Epoch"] = OwnerEpoch.ToString();
        headers["Flickr-Visibility"] = Visibility;
        headers["Surrogate-Key"] = Tags;
        context.Response.ContentType = "image/jpeg";
        context.Response.ContentLength = Body.Length;
        await context.Response.BodyWriter.WriteAsync(Body);
    }

    /// <summary>The query of a token for everything in Alice's album.</summary>
    public string Token(string authority, TimeProvider? time = null, string owner = "alice-id",
        long epoch = 1,
        string path = Path, MintKey? key = null, string? viewer = "viewer-1") =>
        new TokenMinter(key ?? Key, time ?? TimeProvider.System).MintQuery(Grant.ForOwner(owner, epoch)
            .ForViewer(viewer ?? "viewer-1").ForHost(authority).Depth(2, CanonicalPath.Parse(path))
            .Open(PhotoClasses.Thumb | PhotoClasses.Rendition | PhotoClasses.Metadata));
}
