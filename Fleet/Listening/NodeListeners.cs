using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Prometheus;

namespace Flickr.Listening;

/// <summary>
/// The two listeners of a program: the public one and the admin one (metrics and health). Compiled into each
/// program
/// from this one file, because Photos does not reference Fleet.
/// </summary>
internal static class NodeListeners
{
    /// <summary>
    /// Binds Kestrel to both addresses, e.g. <c>http://127.0.0.1:8081</c>; port 0 takes a free one.
    /// </summary>
    /// <exception cref="FormatException">An address is not <c>http://ip-or-localhost:port</c>.</exception>
    public static void Listen(this KestrelServerOptions kestrel, string publicAddress, string adminAddress,
        Action<ListenOptions>? configurePublic = null)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(EndPointOf(publicAddress), listen => configurePublic?.Invoke(listen));
        kestrel.Listen(EndPointOf(adminAddress), listen => listen.Use(next => connection =>
        {
            connection.Items[AdminMark] = true;
            return next(connection);
        }));
    }

    /// <summary>
    /// Answers <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> on the admin listener, passes further
    /// admin requests to
    /// <paramref name="admin"/>, and lets nothing of it be seen on the public one. Call first in the
    /// pipeline.
    /// </summary>
    public static void UseAdminListener(this WebApplication app, CollectorRegistry registry,
        Func<bool> isReady,
        Func<HttpContext, Task<bool>>? admin = null)
    {
        app.Use(next => context =>
            IsAdmin(context) ? AnswerAsync(context, registry, isReady, admin) : next(context));
    }

    /// <summary>
    /// Whether the request came in on the admin listener. Judged by the connection, never by a header.
    /// </summary>
    public static bool IsAdmin(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>()?
            .Items.ContainsKey(AdminMark) == true;

    private static readonly object AdminMark = new();

    private static async Task AnswerAsync(HttpContext context, CollectorRegistry registry, Func<bool> isReady,
        Func<HttpContext, Task<bool>>? admin)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/metrics":
                response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                await registry.CollectAndExportAsTextAsync(response.Body, context.RequestAborted);
                return;
            case "/healthz":
                await response.WriteAsync("ok\n", context.RequestAborted);
                return;
            case "/readyz":
                var ready = isReady();
                response.StatusCode = ready ? 200 : 503;
                await response.WriteAsync(ready ? "ready\n" : "not ready\n", context.RequestAborted);
                return;
        }
        if (admin is null || !await admin(context))
        {
            response.StatusCode = 404;
        }
    }

    /// <summary>The end point of an address such as <c>http://127.0.0.1:8080</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IPEndPoint EndPointOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
        {
            throw new FormatException($"'{address}' is not an address such as http://127.0.0.1:8080");
        }
        var host = uri.Host is "localhost" ? "127.0.0.1" : uri.Host is "*" or "+" ? "0.0.0.0"
            : uri.DnsSafeHost;
        return IPAddress.TryParse(host, out var ip)
            ? new IPEndPoint(ip, uri.Port)
            : throw new FormatException($"'{address}': the host must be an IP address or localhost");
    }
}
