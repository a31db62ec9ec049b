using System.Net;
using Flickr.Watching;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Listening;

/// <summary>
/// The two listeners of a program: the public one and the admin one (metrics and health). This folder is compiled into
/// each program, because Photos does not reference Fleet.
/// </summary>
internal static class NodeListeners
{
    /// <summary>
    /// Binds Kestrel to both addresses, e.g. <c>http://127.0.0.1:8081</c>; port 0 takes a free one. An https address
    /// speaks TLS with the certificates of <see cref="TlsOptions"/>. The order on a public connection: guard (room, PROXY
    /// header, share of the client), TLS, what <paramref name="configurePublic"/> adds, the server.
    /// </summary>
    /// <exception cref="FormatException">An address is not <c>http(s)://ip-or-localhost:port</c>.</exception>
    public static void Listen(this KestrelServerOptions kestrel, string publicAddress, string adminAddress,
        Action<ListenOptions>? configurePublic = null)
    {
        kestrel.AddServerHeader = false;
        var services = kestrel.ApplicationServices;
        ListenerServices.Limit(kestrel, services.GetRequiredService<IOptions<ListenerOptions>>().Value,
            services.GetRequiredService<ListenerName>().IsForPeople);
        kestrel.Listen(EndPointOf(publicAddress), listen =>
        {
            services.GetRequiredService<ConnectionGuard>().Use(listen);
            if (publicAddress.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            {
                services.GetRequiredService<TlsCertificates>().Use(listen);
            }
            configurePublic?.Invoke(listen);
        });
        kestrel.Listen(EndPointOf(adminAddress, isAdmin: true), listen => listen.Use(next => connection =>
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
        app.Services.GetRequiredService<StatusPage>();
        var publicRequests = app.Services.GetRequiredService<PublicRequests>();
        app.Use(next => context =>
        {
            var connection = context.Features.Get<IConnectionItemsFeature>();
            return connection?.Items.ContainsKey(AdminMark) == true
                ? AnswerAsync(context, registry, isReady, admin)
                : publicRequests.InvokeAsync(context, next, connection);
        });
    }

    /// <summary>
    /// Whether the request came in on the admin listener. Judged by the connection, never by a header.
    /// </summary>
    public static bool IsAdmin(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(AdminMark) == true;

    private static readonly object AdminMark = new();

    private static async Task AnswerAsync(HttpContext context, CollectorRegistry registry, Func<bool> isReady,
        Func<HttpContext, Task<bool>>? admin)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/metrics":
                // Exemplars, which tie a bucket to a trace, are only in the newer format.
                var isOpen = context.Request.Headers.Accept.ToString()
                    .Contains("application/openmetrics-text", StringComparison.Ordinal);
                response.ContentType = isOpen ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8";
                await registry.CollectAndExportAsTextAsync(response.Body,
                    isOpen ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText, context.RequestAborted);
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
        if (await context.RequestServices.GetRequiredService<StatusPage>().TryAnswerAsync(context, isReady()))
        {
            return;
        }
        if (admin is null || !await admin(context))
        {
            response.StatusCode = 404;
        }
    }

    /// <summary>The end point of an address such as <c>http://127.0.0.1:8080</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IPEndPoint EndPointOf(string address, bool isAdmin = false)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && (isAdmin || uri.Scheme != Uri.UriSchemeHttps)))
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
