using Flickr.Photos.Mail;
using Flickr.Photos.Problems;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>Forgotten passwords over HTTP.</summary>
internal static class PasswordResetEndpoints
{
    public static void MapPasswordResets(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/password-resets", AskAsync);
        routes.MapPost("/password-resets/{secret}", UseAsync);
    }

    // The answer is the same whoever asks for whomever, and as quick: the letter is written after it.
    private static IResult AskAsync(HttpContext context, Asking body, RequestLimits limits, LetterBox letters)
    {
        if (limits.SignIn(context, "reset:" + body.Name) is { } pause)
        {
            return Problem.Later(context, 429, "too-many-sign-ins", "Too many letters. Wait a little.", pause);
        }
        if (body.Name is { Length: > 0 and <= 100 } name)
        {
            letters.TryPost(new Letter(name));
        }
        return Results.Accepted();
    }

    private static async Task<IResult> UseAsync(
        HttpContext context, Using body, PasswordResets resets, RequestLimits limits, string secret)
    {
        if (limits.SignIn(context, "reset:") is { } pause)
        {
            return Problem.Later(context, 429, "too-many-sign-ins", "Too many tries. Wait a little.", pause);
        }
        if (!AccountStore.IsPassword(body.NewPassword))
        {
            return AccountEndpoints.BadPassword();
        }
        return await resets.UseAsync(secret, body.NewPassword!, context.RequestAborted)
            ? Results.NoContent()
            : Problem.Result(410, "reset-expired", "This link was used, or its time is over. Ask for a new one.");
    }

    /// <summary>The operator's way: the link to hand over.</summary>
    public static async Task<IResult> MakeAsync(
        HttpContext context, AccountStore accounts, PasswordResets resets, IOptions<PhotosOptions> options, string name)
    {
        if (await accounts.FindByNameAsync(name, context.RequestAborted) is not { } account)
        {
            return Problem.NotFound();
        }
        var (secret, ends) = await resets.AddAsync(account, context.RequestAborted);
        return Results.Ok(new { Url = $"{options.Value.AddressFor(context.Request)}/reset/{secret}", ExpiresMs = ends.ToUnixTimeMilliseconds() });
    }

    internal sealed record Asking(string? Name);

    internal sealed record Using(string? NewPassword);
}
