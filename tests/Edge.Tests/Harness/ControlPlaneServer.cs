using System.Text.Json;
using System.Threading.Channels;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Edge.Tests.Harness;

/// <summary>
/// Speaks the control plane's line (<c>docs/wire.md</c>) to one edge: stream, keys, acknowledgements.
/// </summary>
internal sealed class ControlPlaneServer : IAsyncDisposable
{
    public const string EdgeKey = "edge-key-for-tests";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly WebApplication _app;
    private readonly MintKey _key;
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly List<InvalidationEntry> _log = [];
    private long _acknowledged;

    private ControlPlaneServer(WebApplication app, MintKey key)
    {
        (_app, _key) = (app, key);
    }

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The bounds that hello says, in milliseconds.</summary>
    public (long Private, long Public) Bounds { get; set; } = (120_000, 300_000);

    /// <summary>Whether heartbeats are sent: off is a cut-off edge.</summary>
    public bool Beats { get; set; } = true;

    public static async Task<ControlPlaneServer> StartAsync(MintKey key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ControlPlaneServer(app, key);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>
    /// Appends to the log, as <c>POST /v1/invalidations</c> would, and waits for the edge's acknowledgement.
    /// </summary>
    public async Task InvalidateAsync(string kind, string value, long? epoch = null)
    {
        InvalidationEntry entry;
        lock (_log)
        {
            entry = new InvalidationEntry(_log.Count + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                kind, value, false, epoch);
            _log.Add(entry);
        }
        _events.Writer.TryWrite(Event("invalidation", entry, entry.Sequence));
        await Until.TrueAsync(() => Acknowledged >= entry.Sequence);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (context.Request.Headers.Authorization != "Bearer " + EdgeKey)
        {
            context.Response.StatusCode = 401;
        }
        else if (path == "/v1/keys/verify")
        {
            await context.Response.WriteAsJsonAsync(new VerifyBundle(1, 1,
                [new BundleKey(_key.KeyId, _key.Issuer, "HS256", "active", null,
                    System.Buffers.Text.Base64Url.EncodeToString(_key.Secret))]));
        }
        else if (path.EndsWith("/ack", StringComparison.Ordinal))
        {
            var ack = await context.Request.ReadFromJsonAsync<Acknowledgement>();
            Volatile.Write(ref _acknowledged, ack!.Sequence);
            context.Response.StatusCode = 204;
        }
        else
        {
            await StreamAsync(context);
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        var stop = context.RequestAborted;
        long Head()
        {
            lock (_log)
            {
                return _log.Count;
            }
        }
        await SendAsync(Event("hello", new HelloEvent(1, Head(), 1, null, Bounds.Private, Bounds.Public, 86_400_000)));
        await SendAsync(Event("snapshot", new SnapshotEvent(1, Head(), 0, true, _log)));
        await SendAsync(Event("keys", new KeysEvent(1)));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!stop.IsCancellationRequested)
        {
            while (_events.Reader.TryRead(out var text))
            {
                await SendAsync(text);
            }
            if (Beats)
            {
                await SendAsync(Event("heartbeat", HeartbeatEvent.Sign(
                    1, Head(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), EdgeKey)));
            }
            try
            {
                await tick.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        async Task SendAsync(string text)
        {
            await context.Response.WriteAsync(text, stop);
            await context.Response.Body.FlushAsync(stop);
        }
    }

    private static string Event<T>(string kind, T data, long? id = null) =>
        $"event: {kind}\n{(id is null ? "" : $"id: {id}\n")}data: {JsonSerializer.Serialize(data, Json)}\n\n";
}
