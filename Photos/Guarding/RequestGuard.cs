using Flickr.Photos.Gallery;
using Flickr.Photos.Minting;
using Flickr.Photos.Origins;
using Flickr.Photos.Problems;

namespace Flickr.Photos.Guarding;

/// <summary>
/// What holds for every request: headers that keep browsers from guessing, the rule against forged requests, and faults
/// turned into problem documents.
/// </summary>
internal static class RequestGuard
{
    /// <summary>Header that a script of this site sends with every unsafe request: a form of another site cannot.</summary>
    public const string ForgeryHeader = "Flickr-Request";

    /// <summary>Adds the guard; first in the pipeline after the admin listener.</summary>
    /// <param name="app">The program.</param>
    /// <param name="edgeAddress">Public address of the edge: the only other place pictures come from.</param>
    public static void UseRequestGuard(this WebApplication app, string edgeAddress)
    {
        var edge = new Uri(edgeAddress).GetLeftPart(UriPartial.Authority);
        var policy = $"default-src 'none'; img-src 'self' {edge} data: blob:; connect-src 'self' {edge}; script-src 'self'; "
            + "style-src 'self' 'unsafe-inline'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'";
        app.Use(next => context =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (context.Request.Path.StartsWithSegments("/api"))
            {
                headers.CacheControl = "no-store";
            }
            return AnswerAsync(next, context);
        });
    }

    /// <summary>Whether an unsafe API request may be believed to come from a script of this site or a program with a key.</summary>
    public static bool IsTrusted(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)
        || request.Headers.Authorization.Count > 0 || request.Headers[ForgeryHeader] == "1";

    private static async Task AnswerAsync(RequestDelegate next, HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = 499; // nobody is there to read it
            }
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await Explain(context, fault).ExecuteAsync(context);
        }
        if (context.Request.Path.StartsWithSegments("/api") && !context.Response.HasStarted && context.Response.StatusCode >= 400
            && context.Response.ContentType is null)
        {
            await Bare(context.Response.StatusCode).ExecuteAsync(context);
        }
    }

    private static IResult Explain(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case BadHttpRequestException bad:
                return Problem.Result(bad.StatusCode, "bad-request", "The request cannot be read.");
            case PageVersionExpiredException expired:
                return Results.Problem(statusCode: 410, type: Problem.TypeOf("page-version-expired"),
                    title: "This page is no longer kept. Begin again with the version given.",
                    extensions: new Dictionary<string, object?> { ["pageVersion"] = expired.Version });
            case MintKeysMissingException:
                return Problem.Later(context, 503, "no-keys", "The service is starting and cannot open photos yet.", TimeSpan.FromSeconds(2));
            case OriginUnavailableException or HttpRequestException:
                return Problem.Later(context, 503, "storage-unavailable", "A part of the service does not answer now.", TimeSpan.FromSeconds(5));
            default:
                PhotosLog.RequestFailed(context.RequestServices.GetRequiredService<ILogger<PhotosStart>>(), fault);
                return Problem.Result(500, "internal", "Something went wrong here. It has been noted.");
        }
    }

    private static IResult Bare(int status) => status switch
    {
        401 => Problem.NotSignedIn(),
        404 => Problem.NotFound(),
        405 => Problem.Result(405, "method-not-allowed", "That cannot be done with this address."),
        415 => Problem.Result(415, "bad-request", "The body must be JSON."),
        _ => Problem.Result(status, "bad-request", "The request cannot be read."),
    };
}
