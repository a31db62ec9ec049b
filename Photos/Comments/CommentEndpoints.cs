using Flickr.Photos.Accounts;
using Flickr.Photos.Problems;

namespace Flickr.Photos.Comments;

/// <summary>Comments over HTTP.</summary>
internal static class CommentEndpoints
{
    private const int PageMax = 500;

    public static void MapComments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/photos/{id}/comments", ListAsync);
        routes.MapPost("/photos/{id}/comments", AddAsync);
        routes.MapPut("/photos/{id}/comments/switch", SwitchAsync);
        routes.MapPut("/me/comments/switch", SwitchAllAsync);
        routes.MapPatch("/comments/{id}", EditAsync);
        routes.MapDelete("/comments/{id}", RemoveAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CommentStore comments, string id, string? after, int? limit)
    {
        var page = await comments.ListAsync(
            Viewer.IdOf(context), id, after, Math.Clamp(limit ?? 100, 1, PageMax), context.RequestAborted);
        return page is null ? Problem.NotFound() : Results.Ok(page);
    }

    private static async Task<IResult> AddAsync(
        HttpContext context, CommentStore comments, RequestLimits limits, CommentText body, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (Read(body) is not { } text)
        {
            return BadText();
        }
        if (limits.Comment(viewer) is { } pause)
        {
            return Problem.Later(context, 429, "too-many-comments", "Too many comments. Wait a little.", pause);
        }
        var (outcome, added) = await comments.AddAsync(viewer, id, text, context.RequestAborted);
        return outcome switch
        {
            CommentOutcome.Done => Results.Created((string?)null, new { Id = added }),
            CommentOutcome.Off => Problem.Result(403, "comments-off", "Comments are off for this photo."),
            _ => Problem.NotFound(),
        };
    }

    private static async Task<IResult> EditAsync(HttpContext context, CommentStore comments, CommentText body, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (Read(body) is not { } text)
        {
            return BadText();
        }
        return await comments.EditAsync(viewer, id, text, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, CommentStore comments, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await comments.RemoveAsync(viewer, id, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> SwitchAsync(HttpContext context, CommentStore comments, CommentSwitch body, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await comments.SwitchAsync(viewer, id, body.On, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    private static async Task<IResult> SwitchAllAsync(HttpContext context, CommentStore comments, CommentSwitch body)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        await comments.SwitchAllAsync(viewer, body.On ?? true, context.RequestAborted);
        return Results.NoContent();
    }

    private static string? Read(CommentText body) =>
        body.Text?.Trim() is { Length: > 0 and <= CommentStore.LengthMax } text && !text.Contains('\0') ? text : null;

    private static IResult BadText() =>
        Problem.Result(422, "text-too-long", $"A comment has 1 to {CommentStore.LengthMax} characters.");

    internal sealed record CommentText(string? Text);

    internal sealed record CommentSwitch(bool? On);
}
