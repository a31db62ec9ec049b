using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;
using Flickr.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Flickr.Photos.Tests.Hosting;

/// <summary>A real HTTP server that keeps the contract of the control plane as far as Photos speaks it.</summary>
internal sealed class FakeControlPlane : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _sequence;

    private FakeControlPlane(WebApplication app) => _app = app;

    public const string ServiceKey = "service-key";

    public MintKey PageKey { get; } = MintKey.NewHs256("h1", "flickr");

    public MintKey OriginalKey { get; } = MintKey.NewEs256("e1", "flickr");

    /// <summary>Every invalidation, in order.</summary>
    public ConcurrentQueue<JsonElement> Invalidations { get; } = new();

    /// <summary>Status answered instead of what was asked for; 0 for none.</summary>
    public int Refuse { get; set; }

    public string Address => _app.Urls.First();

    public static async Task<FakeControlPlane> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var plane = new FakeControlPlane(app);
        app.Run(plane.AnswerAsync);
        await app.StartAsync();
        return plane;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Refuse != 0 || context.Request.Headers.Authorization != "Bearer " + ServiceKey)
        {
            context.Response.StatusCode = Refuse != 0 ? Refuse : 401;
            return;
        }
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("GET", "/v1/keys/mint"):
                await context.Response.WriteAsJsonAsync(new
                {
                    version = 1,
                    keys = new object[]
                    {
                        new { kid = "h1", issuer = "flickr", algorithm = "HS256", state = "active", secret = Text(PageKey.Secret) },
                        new
                        {
                            kid = "e1",
                            issuer = "flickr",
                            algorithm = "ES256",
                            state = "active",
                            d = Text(OriginalKey.Secret),
                            x = Text(OriginalKey.X),
                            y = Text(OriginalKey.Y),
                        },
                    },
                });
                return;
            case ("POST", "/v1/invalidations"):
                var body = await context.Request.ReadFromJsonAsync<JsonElement>();
                Invalidations.Enqueue(body);
                var sequence = Interlocked.Increment(ref _sequence);
                context.Response.StatusCode = context.Request.Query.ContainsKey("wait") ? 200 : 202;
                await context.Response.WriteAsJsonAsync(new { receipt = $"r{sequence}", sequence, state = "confirmed" });
                return;
            default:
                context.Response.StatusCode = 404;
                return;
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
