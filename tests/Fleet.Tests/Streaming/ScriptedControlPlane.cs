using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Flickr.Fleet.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Flickr.Fleet.Tests.Streaming;

/// <summary>A control plane over real Kestrel that says what the test writes, also what a real one never would.</summary>
internal sealed class ScriptedControlPlane : IAsyncDisposable
{
    private readonly WebApplication _app;
    private Channel<string> _events = Channel.CreateUnbounded<string>();

    private ScriptedControlPlane(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Query strings of the streams that were opened, in order.</summary>
    public Channel<string> Opened { get; } = Channel.CreateUnbounded<string>();

    /// <summary>Acknowledgements, in order.</summary>
    public Channel<Acknowledgement> Acknowledged { get; } = Channel.CreateUnbounded<Acknowledgement>();

    public static async Task<ScriptedControlPlane> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var plane = new ScriptedControlPlane(app);
        app.MapGet("/v1/stream", plane.StreamAsync);
        app.MapGet("/v1/keys/verify", () =>
            Results.Json(new VerifyBundle(7, 1, []), StreamJson.Default.VerifyBundle));
        app.MapPost("/v1/edges/{id}/ack", async context =>
        {
            var read = await JsonSerializer.DeserializeAsync(context.Request.Body,
                StreamJson.Default.Acknowledgement);
            plane.Acknowledged.Writer.TryWrite(read!);
            context.Response.StatusCode = 204;
        });
        await app.StartAsync();
        return plane;
    }

    public void Hello(long term, long head, long? nextTermStart = null) => Say("hello",
        new HelloEvent(term, head, 1, nextTermStart, 120_000, 300_000, 86_400_000),
            StreamJson.Default.HelloEvent);

    public void Keys(long version) => Say("keys", new KeysEvent(version), StreamJson.Default.KeysEvent);

    public void Invalidate(long sequence, string tag) => Say("invalidation",
        new InvalidationEntry(sequence, 1000, "tag", tag, false, null), StreamJson.Default.InvalidationEntry);

    public void Beat(long term, long head, string key) => Say("heartbeat",
        HeartbeatEvent.Sign(term, head, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), key),
            StreamJson.Default.HeartbeatEvent);

    /// <summary>Ends the open stream; the next one gets what is said from now on.</summary>
    public void Cut()
    {
        var old = Interlocked.Exchange(ref _events, Channel.CreateUnbounded<string>());
        old.Writer.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.DisposeAsync();
    }

    private void Say<T>(string name, T data, JsonTypeInfo<T> type) =>
        _events.Writer.TryWrite($"event: {name}\ndata: {JsonSerializer.Serialize(data, type)}\n\n");

    private async Task StreamAsync(HttpContext context)
    {
        var events = _events;
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync();
        Opened.Writer.TryWrite(context.Request.QueryString.Value!);
        await foreach (var line in events.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line);
            await context.Response.Body.FlushAsync();
        }
    }
}
