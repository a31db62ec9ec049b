using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Uploads;
using Flickr.Sql;
using Microsoft.AspNetCore.Antiforgery;

namespace Flickr.Photos.Pages;

/// <summary>One's own account: settings, keys, and what was uploaded lately. What else is set there goes through the API.</summary>
internal static class SettingsPages
{
    private const int UploadsShown = 100;

    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account", ShowAsync);
        routes.MapPost("/account/visibility", SetVisibilityAsync);
        routes.MapPost("/account/keys", AddKeyAsync);
        routes.MapGet("/account/uploads", ShowUploadsAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, AccountStore accounts) =>
        await AccountOfAsync(context, accounts) is { } account
            ? PageEndpoints.Page<AccountPage>(context, new()
            {
                ["IsPrivate"] = !account.IsPublic,
                ["Said"] = context.Request.Query.ContainsKey("saved") ? PageWords.For(context)["saved"] : null,
            })
            : PageEndpoints.ToSignIn(context);

    private static async Task<IResult> SetVisibilityAsync(HttpContext context, IAntiforgery forgery, PhotoChanges changes)
    {
        if (Viewer.IdOf(context) is not { } viewer || await PageEndpoints.FormAsync(context, forgery) is not { } form)
        {
            return PageEndpoints.Expired(context);
        }
        if (form["visibility"].ToString() is not ("public" or "private"))
        {
            return PageEndpoints.Expired(context);
        }
        await changes.SetOwnerVisibilityAsync(viewer, form["visibility"]!, TimeSpan.FromSeconds(2), context.RequestAborted);
        return Results.Redirect("/account?saved");
    }

    // Without script: a key for everything. With it settings.js asks the API, which knows scopes.
    private static async Task<IResult> AddKeyAsync(HttpContext context, IAntiforgery forgery, AccountStore accounts)
    {
        if (await AccountOfAsync(context, accounts) is not { } account || await PageEndpoints.FormAsync(context, forgery) is not { } form)
        {
            return PageEndpoints.Expired(context);
        }
        var label = form["label"].ToString().Trim() is { Length: > 0 and <= 60 } given ? given : "key";
        var key = await accounts.AddKeyAsync(account.Id, label, context.RequestAborted);
        return PageEndpoints.Page<AccountPage>(context, new() { ["IsPrivate"] = !account.IsPublic, ["NewKey"] = key });
    }

    private static async Task<IResult> ShowUploadsAsync(HttpContext context, Database database)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return PageEndpoints.ToSignIn(context);
        }
        var uploads = await database.ReadAsync(
            session => UploadQueries.ListAsync(session, viewer, null, null, UploadsShown), context.RequestAborted);
        return PageEndpoints.Page<ActivityPage>(context, new() { ["Uploads"] = uploads });
    }

    private static async Task<AccountRow?> AccountOfAsync(HttpContext context, AccountStore accounts) =>
        Viewer.IdOf(context) is { } id ? await accounts.FindAsync(id, context.RequestAborted) : null;
}
