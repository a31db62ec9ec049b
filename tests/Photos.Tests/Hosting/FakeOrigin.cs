using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Flickr.Photos.Tests.Hosting;

/// <summary>A real HTTP server that keeps the contract of a storage node, in memory, and can be told to misbehave.</summary>
internal sealed class FakeOrigin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeOrigin(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Highest generation of a put or a deletion of a blob, and which of the two it was.</summary>
    public ConcurrentDictionary<string, (long Generation, bool IsDeleted)> Generations { get; } = new();

    public ConcurrentDictionary<string, FakeLink> Links { get; } = new();

    /// <summary>Writes of two contents under one generation: never right.</summary>
    public ConcurrentQueue<string> EqualGenerations { get; } = new();

    /// <summary>Every request line, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Asked before each request; a status other than 0 is answered instead.</summary>
    public Func<HttpRequest, int> Refuse { get; set; } = _ => 0;

    /// <summary>Awaited before each request.</summary>
    public Func<HttpRequest, Task> Gate { get; set; } = _ => Task.CompletedTask;

    public string Address => _app.Urls.First();

    public static async Task<FakeOrigin> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var origin = new FakeOrigin(app);
        app.Run(origin.AnswerAsync);
        await app.StartAsync();
        return origin;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        Requests.Enqueue($"{request.Method} {path}");
        await Gate(request);
        if (Refuse(request) is var status and not 0)
        {
            context.Response.StatusCode = status;
            return;
        }
        await (path == "/b" || path.StartsWith("/b/", StringComparison.Ordinal)
            ? BlobAsync(context, path)
            : LinkAsync(context, path));
    }

    private async Task BlobAsync(HttpContext context, string path)
    {
        if (context.Request.Method == "POST")
        {
            var bytes = await ReadAsync(context.Request);
            var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
            bool existed;
            lock (Generations)
            {
                var generation = long.Parse(context.Request.Headers["Link-Generation"].ToString());
                var known = Generations.GetValueOrDefault(digest);
                if (known.IsDeleted && known.Generation >= generation)
                {
                    context.Response.StatusCode = 409;
                    return;
                }
                existed = !Blobs.TryAdd(digest, bytes);
                Generations[digest] = (Math.Max(known.Generation, generation), false);
            }
            context.Response.StatusCode = existed ? 200 : 201;
            await context.Response.WriteAsJsonAsync(new { digest, length = bytes.Length, existed });
            return;
        }
        if (context.Request.Method == "DELETE")
        {
            var generation = long.Parse(context.Request.Headers["Link-Generation"].ToString());
            lock (Generations)
            {
                var isLater = generation >= Generations.GetValueOrDefault(path[3..]).Generation;
                context.Response.StatusCode = !isLater ? 409 : Blobs.TryRemove(path[3..], out _) ? 204 : 404;
                if (isLater)
                {
                    Generations[path[3..]] = (generation, true);
                }
            }
            return;
        }
        if (!Blobs.TryGetValue(path[3..], out var blob))
        {
            context.Response.StatusCode = 404;
            return;
        }
        context.Response.ContentLength = blob.Length;
        if (context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(blob);
        }
    }

    private async Task LinkAsync(HttpContext context, string path)
    {
        var headers = context.Request.Headers;
        var generation = long.TryParse(headers["Link-Generation"], out var given) ? given : 0;
        switch (context.Request.Method)
        {
            case "PUT":
                var digest = headers["Link-Blob"].ToString();
                if (digest.Length == 0)
                {
                    var bytes = await ReadAsync(context.Request);
                    digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
                    Blobs[digest] = bytes;
                }
                context.Response.StatusCode = !Blobs.ContainsKey(digest) ? 404
                    : Put(path, new FakeLink(digest, headers["Link-Type"].ToString(), headers["Link-Owner"].ToString(),
                        long.Parse(headers["Link-Owner-Epoch"].ToString()), headers["Link-Visibility"].ToString(),
                        headers["Link-Tags"].ToString(), generation, false)) ? 201 : 409;
                return;
            case "DELETE":
                context.Response.StatusCode = !Links.TryGetValue(path, out var old) ? 404
                    : Put(path, old with { Generation = generation, IsDeleted = true }) ? 204 : 409;
                return;
            default:
                context.Response.StatusCode = 405;
                return;
        }
    }

    private bool Put(string path, FakeLink link)
    {
        lock (Links)
        {
            if (Links.TryGetValue(path, out var old) && old.Generation > link.Generation)
            {
                return false;
            }
            if (old is not null && old.Generation == link.Generation && old != link)
            {
                EqualGenerations.Enqueue($"{path} {old} {link}"); // a real node would settle this by checksum
            }
            Links[path] = link;
            return true;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory);
        return memory.ToArray();
    }
}

internal sealed record FakeLink(
    string Digest, string Type, string Owner, long Epoch, string Visibility, string Tags, long Generation, bool IsDeleted);
