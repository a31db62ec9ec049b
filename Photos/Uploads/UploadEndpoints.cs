using System.Text.Json;
using Flickr.Photos.Accounts;
using Flickr.Photos.Problems;
using Flickr.Sql;

namespace Flickr.Photos.Uploads;

/// <summary>Uploads over HTTP.</summary>
internal static class UploadEndpoints
{
    private const int PageMax = 500;
    private static readonly TimeSpan EventPoll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EventKeepAlive = TimeSpan.FromSeconds(15);

    private const int InLineMax = 20;

    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/uploads", (HttpContext context, UploadIntake intake, string? album, string? name) =>
            intake.TakeAsync(context, album, name));
        routes.MapGet("/uploads/events", FollowAsync);
        routes.MapGet("/uploads/{id}", ShowAsync);
        routes.MapGet("/uploads", ListAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, Database database, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var upload = await database.ReadAsync(session => UploadQueries.FindAsync(session, id), context.RequestAborted);
        return upload is null || upload.OwnerId != viewer ? Problem.NotFound() : Results.Ok(upload.Body());
    }

    private static async Task<IResult> ListAsync(HttpContext context, Database database, string? state, string? before, int? limit)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var count = Math.Clamp(limit ?? 100, 1, PageMax);
        var uploads = await database.ReadAsync(
            session => UploadQueries.ListAsync(session, viewer, state, before, count), context.RequestAborted);
        return Results.Ok(new
        {
            Uploads = uploads.Select(upload => upload.Body()),
            Next = uploads.Count == count ? uploads[^1].Id : null,
        });
    }

    /// <summary>
    /// Server-sent events: every change of the caller's uploads from now on. Asked of the table rather than of this
    /// process, because another process may run the saga; <c>Last-Event-ID</c> (a change time) picks up after a cut.
    /// </summary>
    private static async Task FollowAsync(HttpContext context, Database database, TimeProvider time)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            await Problem.NotSignedIn().ExecuteAsync(context);
            return;
        }
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var stop = context.RequestAborted;
        await context.Response.WriteAsync(": open\n\n", stop);
        await context.Response.Body.FlushAsync(stop);
        var since = long.TryParse(context.Request.Headers["Last-Event-ID"], out var last)
            ? last
            : time.GetUtcNow().ToUnixTimeMilliseconds();
        var sent = new Dictionary<string, long>();
        var wroteAt = time.GetTimestamp();
        using var ticks = new PeriodicTimer(EventPoll, time);
        do
        {
            var changed = await database.ReadAsync(
                session => UploadQueries.ChangedAsync(session, viewer, since, PageMax), stop);
            var fresh = changed.Where(upload => !sent.TryGetValue(upload.Id, out var at) || at < upload.UpdatedMs).ToList();
            foreach (var upload in fresh)
            {
                since = upload.UpdatedMs;
                sent[upload.Id] = upload.UpdatedMs;
                await SendAsync(context, upload, stop);
            }
            if (fresh.Count > 0)
            {
                // One went on, so the next in line have moved up; further back a position is not worth a message.
                foreach (var upload in await database.ReadAsync(
                    session => UploadQueries.FirstInLineAsync(session, viewer, InLineMax), stop))
                {
                    await SendAsync(context, upload, stop);
                }
            }
            if (fresh.Count == 0 && time.GetElapsedTime(wroteAt) >= EventKeepAlive)
            {
                await context.Response.WriteAsync(": alive\n\n", stop);
                wroteAt = time.GetTimestamp();
            }
            if (fresh.Count > 0)
            {
                wroteAt = time.GetTimestamp();
                foreach (var old in sent.Where(entry => entry.Value < since).Select(entry => entry.Key).ToList())
                {
                    sent.Remove(old); // only the newest millisecond can come again
                }
            }
            await context.Response.Body.FlushAsync(stop);
        }
        while (await ticks.WaitForNextTickAsync(stop));
    }

    private static Task SendAsync(HttpContext context, UploadRow upload, CancellationToken stop)
    {
        var data = JsonSerializer.Serialize(upload.Body(), JsonSerializerOptions.Web);
        return context.Response.WriteAsync($"id: {upload.UpdatedMs}\nevent: upload\ndata: {data}\n\n", stop);
    }
}
