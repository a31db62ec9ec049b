using Flickr.Photos.Comments;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>Accounts, sessions and API keys over HTTP.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/users", AddUserAsync);
        routes.MapPost("/session", SignInAsync);
        routes.MapDelete("/session", async (HttpContext context) =>
        {
            await SignIn.SignOutAsync(context);
            return Results.NoContent();
        });
        routes.MapPost("/keys", AddKeyAsync);
        routes.MapGet("/keys", ListKeysAsync);
        routes.MapDelete("/keys/{id}", RevokeKeyAsync);
        routes.MapPost("/me/password", ChangePasswordAsync);
        routes.MapGet("/me", ShowAsync);
        routes.MapPatch("/me", ChangeAsync);
    }

    private static async Task<IResult> AddUserAsync(HttpContext context, Credentials body, AccountStore accounts, OperatorKey key,
        RequestLimits limits, IOptions<PhotosOptions> options)
    {
        var isOperator = key.IsIn(context.Request);
        if (!isOperator && !options.Value.OpenSignUp)
        {
            return Problem.Result(403, "sign-up-closed", "Accounts are made by the operator here.");
        }
        if (!isOperator && limits.SignIn(context, body.Name) is { } pause)
        {
            return TooOften(context, pause);
        }
        if (!CdnNames.IsUserName(body.Name))
        {
            return Problem.Result(422, "bad-user-name",
                "A user name has 2 to 32 of a-z, 0-9, '-', '_' and '.', begins with a letter or digit, and is not a reserved word.");
        }
        if (!AccountStore.IsPassword(body.Password))
        {
            return BadPassword();
        }
        if (await accounts.AddAsync(body.Name!, body.Password, context.RequestAborted) is not { } account)
        {
            return Problem.Result(409, "user-name-taken", "There is a user of that name already.");
        }
        if (!isOperator)
        {
            await SignIn.SignInAsync(context, account);
            return Results.Created((string?)null, new { account.Id, account.Name });
        }
        var apiKey = await accounts.AddKeyAsync(account.Id, "first", scopes: null, context.RequestAborted);
        return Results.Created((string?)null, new { account.Id, account.Name, Key = apiKey });
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, Credentials body, AccountStore accounts, RequestLimits limits, PhotosMetrics metrics)
    {
        var (account, refusal) = await CheckAsync(context, body, accounts, limits, metrics);
        if (account is null)
        {
            return refusal!;
        }
        await SignIn.SignInAsync(context, account);
        return Results.Ok(new { account.Id, account.Name });
    }

    private static async Task<IResult> AddKeyAsync(
        HttpContext context, KeyRequest body, AccountStore accounts, RequestLimits limits, PhotosMetrics metrics)
    {
        var id = Viewer.IdOf(context);
        if (body.Name is not null)
        {
            var (account, refusal) = await CheckAsync(context, new Credentials(body.Name, body.Password), accounts, limits, metrics);
            if (account is null)
            {
                return refusal!;
            }
            id = account.Id;
        }
        if (id is null)
        {
            return Problem.NotSignedIn();
        }
        if (!KeyScopes.TryRead(body.Scopes, out var scopes))
        {
            return Problem.Result(422, "bad-scope", $"Scopes are {string.Join(", ", KeyScopes.All)}.");
        }
        var label = body.Label?.Trim() is { Length: > 0 and <= 60 } given ? given : "key";
        return Results.Created((string?)null, new { Key = await accounts.AddKeyAsync(id, label, scopes, context.RequestAborted) });
    }

    private static async Task<IResult> ListKeysAsync(HttpContext context, AccountStore accounts) =>
        Viewer.IdOf(context) is { } id
            ? Results.Ok(new { Keys = await accounts.KeysAsync(id, context.RequestAborted) })
            : Problem.NotSignedIn();

    private static async Task<IResult> RevokeKeyAsync(HttpContext context, AccountStore accounts, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        return await accounts.RevokeKeyAsync(viewer, id, context.RequestAborted) ? Results.NoContent() : Problem.NotFound();
    }

    // The old password is asked for even with a session: an unlocked screen must not be enough.
    private static async Task<IResult> ChangePasswordAsync(
        HttpContext context, PasswordChange body, AccountStore accounts, RequestLimits limits, PhotosMetrics metrics)
    {
        if (Viewer.NameOf(context) is not { } name)
        {
            return Problem.NotSignedIn();
        }
        var (account, refusal) = await CheckAsync(context, new Credentials(name, body.Password), accounts, limits, metrics);
        if (account is null)
        {
            return refusal!;
        }
        if (!AccountStore.IsPassword(body.NewPassword))
        {
            return BadPassword();
        }
        var changed = await accounts.SetPasswordAsync(account, body.NewPassword!, context.RequestAborted);
        if (context.Request.Headers.Authorization.Count == 0)
        {
            await SignIn.SignInAsync(context, changed); // every session ends, and this one goes on
        }
        return Results.NoContent();
    }

    public static IResult BadPassword() => Problem.Result(422, "bad-password",
        $"A password has {AccountStore.PasswordLengthMin} to {AccountStore.PasswordLengthMax} characters.");

    private static async Task<(AccountRow? Account, IResult? Refusal)> CheckAsync(
        HttpContext context, Credentials body, AccountStore accounts, RequestLimits limits, PhotosMetrics metrics)
    {
        if (limits.SignIn(context, body.Name) is { } pause)
        {
            metrics.SignInsRefused.Inc();
            return (null, TooOften(context, pause));
        }
        var account = await accounts.SignInAsync(body.Name, body.Password, context.RequestAborted);
        if (account is null)
        {
            metrics.SignInsRefused.Inc();
        }
        return (account, Problem.Result(401, "wrong-name-or-password", "The name or the password is wrong."));
    }

    private static IResult TooOften(HttpContext context, TimeSpan pause) =>
        Problem.Later(context, 429, "too-many-sign-ins", "Too many sign-ins. Wait a little.", pause);

    private static async Task<IResult> ShowAsync(HttpContext context, AccountStore accounts)
    {
        var account = Viewer.IdOf(context) is { } id ? await accounts.FindAsync(id, context.RequestAborted) : null;
        return account is null ? Problem.NotSignedIn() : Results.Ok(Body(account, null));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext context, AccountChange body, PhotoChanges changes, AccountStore accounts, CommentStore comments)
    {
        if (Viewer.IdOf(context) is not { } id)
        {
            return Problem.NotSignedIn();
        }
        if (body.Visibility is not (null or "public" or "private") || body is { Visibility: null, Email: null, AllowsComments: null })
        {
            return Problem.Result(422, "bad-visibility", "Visibility is 'public' or 'private'.");
        }
        if (body.Email is { Length: > 0 } email && !IsEmail(email))
        {
            return Problem.Result(422, "bad-email", "That is not an address letters can be sent to.");
        }
        if (body.Email is not null)
        {
            await accounts.SetEmailAsync(id, body.Email, context.RequestAborted);
        }
        if (body.AllowsComments is { } allows)
        {
            await comments.SwitchAllAsync(id, allows, context.RequestAborted);
        }
        var receipt = body.Visibility is null
            ? null
            : await changes.SetOwnerVisibilityAsync(id, body.Visibility, WaitQuery.Read(context), context.RequestAborted);
        return Results.Ok(Body((await accounts.FindAsync(id, context.RequestAborted))!, receipt));
    }

    // One at-sign with something on both sides, nothing that would end a header: whether it is somebody's, only a letter tells.
    private static bool IsEmail(string email) => email.Length <= 254 && email.IndexOf('@') is > 0 and var at
        && at == email.LastIndexOf('@') && at < email.Length - 1 && !email.Any(c => c <= ' ' || c is '<' or '>' or ',' or ';' or '"');

    private static object Body(AccountRow account, object? receipt) => new
    {
        account.Id,
        account.Name,
        account.Visibility,
        account.Epoch,
        account.Email,
        AllowsComments = account.AllowsComments == 1,
        Receipt = receipt,
    };

    internal sealed record Credentials(string? Name, string? Password);

    internal sealed record KeyRequest(string? Label, string? Name, string? Password, IReadOnlyList<string>? Scopes);

    internal sealed record PasswordChange(string? Password, string? NewPassword);

    internal sealed record AccountChange(string? Visibility, string? Email, bool? AllowsComments);
}
