using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>What holds for every request of the public listener, before the program sees it. Thread-safe.</summary>
internal sealed class PublicRequests(IOptions<ListenerOptions> options, IOptions<TlsOptions> tls, ListenerName name,
    MemoryCeiling memory, ListenerMetrics metrics, TimeProvider time)
{
    private readonly string? _strict = tls.Value.StrictTransport > TimeSpan.Zero
        ? string.Create(CultureInfo.InvariantCulture, $"max-age={(long)tls.Value.StrictTransport.TotalSeconds}") : null;

    private readonly int _clientRequestsMax = name.IsForPeople ? options.Value.ClientRequestsMax : int.MaxValue;

    /// <summary>Passes a request on, or turns it away.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next, IConnectionItemsFeature? connection)
    {
        if (_strict is not null && context.Request.IsHttps)
        {
            context.Response.Headers.StrictTransportSecurity = _strict;
        }
        if (memory.IsShedding)
        {
            metrics.Shed("memory");
            return TurnAwayAsync(context, StatusCodes.Status503ServiceUnavailable, "overloaded", "5");
        }
        if (ConnectionGuard.Of(connection) is not { } tracked)
        {
            return next(context);
        }
        if (tracked.Share.Requests >= _clientRequestsMax)
        {
            metrics.Shed("client");
            return TurnAwayAsync(context, StatusCodes.Status429TooManyRequests, "too-many-requests", "1");
        }
        tracked.Begin(HttpProtocol.IsHttp2(context.Request.Protocol));
        return EndAsync(next(context), tracked);
    }

    /// <summary>An answer given at once costs no state machine.</summary>
    private Task EndAsync(Task request, TrackedConnection tracked)
    {
        if (request.IsCompleted)
        {
            tracked.End(time.GetTimestamp());
            return request;
        }
        return EndLaterAsync(request, tracked);
    }

    private async Task EndLaterAsync(Task request, TrackedConnection tracked)
    {
        try
        {
            await request;
        }
        finally
        {
            tracked.End(time.GetTimestamp());
        }
    }

    private static Task TurnAwayAsync(HttpContext context, int status, string problem, string seconds)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = seconds;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(
            $$"""{"type":"urn:flickr:problem:{{problem}}","title":"{{problem}}","status":{{status}}}""",
            context.RequestAborted);
    }
}
