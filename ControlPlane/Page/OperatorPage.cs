using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.Sql;
using Flickr.Tokens;

namespace Flickr.ControlPlane.Page;

/// <summary>
/// The page for operators at <c>/</c>: plain HTML from the server, no script. One cookie, signed; every form
/// carries a token
/// of the session and answers with a redirect.
/// </summary>
internal sealed class OperatorPage(OperatorSession sessions, Database database, InvalidationLog log,
    Receipts receipts,
    KeyLife keys, LogSignals signals, AuditLog audit, AuditHeads heads, ControlPlaneMetrics metrics, TimeProvider time)
{
    private const int ShownMax = 20;

    /// <summary>The page, or the form to sign in.</summary>
    public async Task ShowAsync(HttpContext context)
    {
        if (sessions.Of(context) is not { } session)
        {
            await WriteAsync(context, 200, OperatorView.SignIn(null));
            return;
        }
        var cancel = context.RequestAborted;
        var entries = await log.LatestAsync(ShownMax, cancel);
        await WriteAsync(context, 200, OperatorView.Page(new OperatorFacts(
            await KeyEndpoints.ListAsync(database, time, cancel),
            await EdgeEndpoints.ListAsync(database, time, cancel),
            await receipts.OfAsync(entries, cancel),
            await database.ReadAsync(InvalidationLog.StateAsync, cancel),
            await audit.VerifyAsync(heads.IsGenuine, cancel),
            sessions.FormToken(session),
            context.Request.Query["done"].ToString())));
    }

    /// <summary>Signs in.</summary>
    public async Task SignInAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        switch (sessions.TrySignIn(context, form["key"]))
        {
            case SignIn.Done:
                await audit.SayOnceAsync($"operator@{context.Connection.RemoteIpAddress}", "sign-in",
                    $"at={time.GetUtcNow():O}", context.RequestAborted);
                context.Response.Redirect("/");
                context.Response.StatusCode = 303;
                return;
            case SignIn.TooOften:
                metrics.Refused("sign-in");
                context.Response.Headers.RetryAfter = "60";
                await WriteAsync(context, 429, OperatorView.SignIn("Too many wrong keys. Wait a minute."));
                return;
            default:
                metrics.Refused("sign-in");
                await WriteAsync(context, 403, OperatorView.SignIn("That is not the operator key."));
                return;
        }
    }

    /// <summary>Does what a form asks, if it is one of the session's own.</summary>
    public async Task DoAsync(HttpContext context, Func<IFormCollection, CancellationToken,
        Task<string>> work)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (sessions.Of(context) is not { } session)
        {
            context.Response.Redirect("/");
            context.Response.StatusCode = 303;
            return;
        }
        if (!sessions.IsOwnForm(context, session, form["form"]))
        {
            metrics.Refused("form");
            await WriteAsync(context, 403,
                OperatorView.Refused("The form is not of this session. Load the page again."));
            return;
        }
        var done = await work(form, context.RequestAborted);
        context.Response.Redirect($"/?done={Uri.EscapeDataString(done)}");
        context.Response.StatusCode = 303;
    }

    /// <summary>Signs out.</summary>
    public Task SignOutAsync(HttpContext context) => DoAsync(context, (_, _) =>
    {
        OperatorSession.SignOut(context);
        return Task.FromResult("");
    });

    /// <summary>Purges.</summary>
    public async Task<string> PurgeAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        var epoch = long.TryParse(form["epoch"], out var number) ? number : (long?)null;
        var request = new InvalidationRequest(
            form["kind"], form["value"].ToString().Trim(), form["soft"] == "on", Epoch: epoch,
                Reason: form["reason"]);
        if (request.Refusal() is { } refusal)
        {
            return $"Not done: {refusal}";
        }
        var entry = await InvalidationEndpoints.AppendAsync(
            request, "operator-page", database, log, keys, signals, metrics, cancellationToken);
        if (entry is null)
        {
            return "Not done: there is no such key";
        }
        var receipt = await receipts.WaitAsync(entry, TimeSpan.FromSeconds(2), cancellationToken);
        return $"{entry.Kind} {entry.Value}: sequence {entry.Sequence}, {receipt.State}";
    }

    /// <summary>Rotates.</summary>
    public async Task<string> RotateAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<SigningAlgorithm>(form["algorithm"], out var algorithm)
            || !Enum.IsDefined(algorithm))
        {
            return "Not done: unknown algorithm";
        }
        var key = await keys.RotateAsync(algorithm, isForced: false, "operator-page", cancellationToken);
        return key.Life == KeyState.Active ? $"{key.Kid} mints now"
            : $"{key.Kid} mints as soon as every edge holds it";
    }

    private static async Task WriteAsync(HttpContext context, int status, string html)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(html, context.RequestAborted);
    }
}

/// <summary>Where the page is.</summary>
internal static class OperatorPageEndpoints
{
    /// <summary>Maps it.</summary>
    public static void MapOperatorPage(this WebApplication app)
    {
        var page = app.Services.GetRequiredService<OperatorPage>();
        app.MapGet("/", page.ShowAsync).ForAnyone();
        app.MapGet("/operator.css", OperatorView.StyleAsync).ForAnyone();
        app.MapPost("/sign-in", page.SignInAsync).ForAnyone();
        app.MapPost("/sign-out", page.SignOutAsync).ForAnyone();
        app.MapPost("/purge", context => page.DoAsync(context, page.PurgeAsync)).ForAnyone();
        app.MapPost("/rotate", context => page.DoAsync(context, page.RotateAsync)).ForAnyone();
    }
}
