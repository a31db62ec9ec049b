using Flickr.Edge.Headers;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Edge.Gate;

/// <summary>
/// What Kestrel lets through in HTTP/2 and must not reach an origin (RFC 9113 section 8.2): connection-bound
/// fields, names that are no tokens, requests without an authority. A request is malformed then, and its
/// stream is reset.
/// </summary>
internal sealed class Http2Gate(RequestDelegate next, RequestGate gate)
{
    private const int ProtocolError = 1;

    public Task InvokeAsync(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol)
            && Judge(context.Request) is var refusal and not GateRefusal.None)
        {
            gate.Count(refusal);
            if (context.Features.Get<IHttpResetFeature>() is { } reset)
            {
                reset.Reset(ProtocolError);
                return Task.CompletedTask;
            }
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }
        return next(context);
    }

    private static GateRefusal Judge(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.Host.Count != 1 || string.IsNullOrEmpty(headers.Host))
        {
            return GateRefusal.Host;
        }
        if (TargetJudge.Judge(request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>()
            .RawTarget) is var refusal
            and not GateRefusal.None)
        {
            return refusal;
        }
        var body = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>();
        if (body?.CanHaveBody == true && (HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)))
        {
            return GateRefusal.BodyOnRead;
        }
        foreach (var (name, values) in headers)
        {
            if (!FieldSyntax.IsToken(name) || IsConnectionBound(name, values))
            {
                return GateRefusal.Http2Field;
            }
        }
        return GateRefusal.None;
    }

    private static bool IsConnectionBound(string name, string? value) =>
        (name.Equals("TE", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(value, "trailers", StringComparison.OrdinalIgnoreCase))
        || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Proxy-Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase);
}
