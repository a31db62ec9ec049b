using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Gate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Edge.Tests.Gate;

/// <summary>
/// A real Kestrel behind the gate, with an endpoint that records the requests it could read to the end.
/// </summary>
internal sealed class GatedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What the endpoint does after it recorded a request.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.ContentLength = 2;
        return context.Response.WriteAsync("ok");
    };

    public RequestGate Gate => _app.Services.GetRequiredService<RequestGate>();

    public IPEndPoint EndPoint { get; private set; } = null!;

    public static async Task<GatedServer> StartAsync(HttpProtocols protocols = HttpProtocols.Http1,
        Action<KestrelServerOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRequestGate();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            configure?.Invoke(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                listen.UseRequestGate();
            });
        });
        var app = builder.Build();
        var server = new GatedServer(app);
        app.UseMiddleware<Http2Gate>();
        app.Run(server.RecordAsync);
        await app.StartAsync();
        server.EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(app.Urls.First()).Port);
        return server;
    }

    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(EndPoint);
        return new RawConnection(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task RecordAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Requests.Enqueue($"{context.Request.Method} {target} {body}".TrimEnd());
        await Answer(context);
    }
}
