using Flickr.Photos.Accounts;
using Flickr.Photos.Problems;
using Flickr.Photos.Sagas;
using Flickr.Sql;

namespace Flickr.Photos.Operating;

/// <summary>What the people who run the service may do over HTTP, with the operator's key: dead letters and passwords.</summary>
internal static class OperatorEndpoints
{
    private const int PageMax = 500;

    public static void MapOperating(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/operator");
        group.AddEndpointFilter(async (context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<OperatorKey>().IsIn(context.HttpContext.Request)
                ? await next(context)
                : Problem.Result(401, "operator-only", "This needs the operator's key."));
        group.MapGet("/dead-letters", ListAsync);
        group.MapPost("/dead-letters/{id}/replay", async (HttpContext context, SagaEngine sagas, string id) =>
            await sagas.ReplayAsync(id, context.RequestAborted) ? Results.NoContent() : Problem.NotFound());
        group.MapPost("/users/{name}/password", SetPasswordAsync);
        group.MapPost("/users/{name}/reset", PasswordResetEndpoints.MakeAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, Database database, string? after)
    {
        var letters = await database.ReadAsync(session => session.QueryAsync<DeadLetter>(
            $"""
            SELECT id AS Id, topic AS Topic, saga_id AS SagaId, attempts AS Attempts, reason AS Reason, died_ms AS DiedMs
            FROM dead_letter WHERE id > @after ORDER BY id LIMIT {PageMax}
            """, new { after = after ?? "" }), context.RequestAborted);
        return Results.Ok(new { DeadLetters = letters, Next = letters.Count == PageMax ? letters[^1].Id : null });
    }

    // For somebody who has forgotten it: the operator sets one and tells it; every session of the account ends.
    private static async Task<IResult> SetPasswordAsync(
        HttpContext context, AccountStore accounts, NewPassword body, string name)
    {
        if (!AccountStore.IsPassword(body.Password))
        {
            return AccountEndpoints.BadPassword();
        }
        if (await accounts.FindByNameAsync(name, context.RequestAborted) is not { } account)
        {
            return Problem.NotFound();
        }
        await accounts.SetPasswordAsync(account, body.Password!, context.RequestAborted);
        return Results.NoContent();
    }

    internal sealed record NewPassword(string? Password);

    internal sealed record DeadLetter(string Id, string Topic, string SagaId, long Attempts, string Reason, long DiedMs);
}
