using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests.Harness;

/// <summary>
/// An origin of one large photo under every path: ranges, entity tags, and a gate after the first bytes.
/// </summary>
internal sealed class RangeOrigin(int length)
{
    public byte[] Body { get; } = Collapse.CollapseTests.Bytes(length);

    /// <summary>Whole answers stop after this many bytes until <see cref="Gate"/> opens.</summary>
    public int GateAt { get; set; } = int.MaxValue;

    public TaskCompletionSource Gate { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Visibility { get; set; } = "private";

    public async Task AnswerAsync(HttpContext context)
    {
        var digest = SHA256.HashData(Body);
        var headers = context.Response.Headers;
        headers.ETag = $"\"{Convert.ToHexStringLower(digest)}\"";
        headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(digest)}:";
        headers["Flickr-Owner"] = "alice-id";
        headers["Flickr-Owner-Epoch"] = "1";
        headers["Flickr-Visibility"] = Visibility;
        headers["Surrogate-Key"] = "photo:1";
        context.Response.ContentType = "image/jpeg";
        var from = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            context.Response.StatusCode = 206;
            headers.ContentRange = $"bytes {from}-{Body.Length - 1}/{Body.Length}";
        }
        context.Response.ContentLength = Body.Length - from;
        if (from == 0 && GateAt < Body.Length)
        {
            await context.Response.Body.WriteAsync(Body.AsMemory(0, GateAt), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Gate.Task.WaitAsync(context.RequestAborted);
            from = GateAt;
        }
        await context.Response.Body.WriteAsync(Body.AsMemory(from), context.RequestAborted);
    }
}
