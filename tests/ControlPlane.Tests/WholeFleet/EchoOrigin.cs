using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>
/// An origin that answers with the raw target that it was asked for, as a photo of the path's first segment.
/// </summary>
internal sealed class EchoOrigin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoOrigin(WebApplication app) => _app = app;

    /// <summary>Raw targets, in the order in which they came.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    /// <summary>Owners whose photos are public, with the epoch that their links state.</summary>
    public ConcurrentDictionary<string, long> Public { get; } = new(StringComparer.Ordinal);

    public string Address => _app.Urls.First();

    public static async Task<EchoOrigin> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var origin = new EchoOrigin(app);
        app.Run(origin.AnswerAsync);
        await app.StartAsync();
        return origin;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        Seen.Enqueue(target);
        var owner = target.Split('/', '?')[1];
        var isPublic = Public.TryGetValue(owner, out var epoch);
        context.Response.Headers["Flickr-Owner"] = owner;
        context.Response.Headers["Flickr-Owner-Epoch"] = isPublic ? epoch.ToString() : "1";
        context.Response.Headers["Flickr-Visibility"] = isPublic ? "public" : "private";
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.ContentType = "image/jpeg";
        context.Response.ContentLength = target.Length;
        await context.Response.WriteAsync(target);
    }
}
