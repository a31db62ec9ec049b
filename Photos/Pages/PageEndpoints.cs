using System.Globalization;
using Flickr.Photos.Accounts;
using Flickr.Photos.Albums;
using Flickr.Photos.Gallery;
using Flickr.Photos.Publishing;
using Flickr.Sql;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Pages;

/// <summary>
/// The pages people see: rendered on the server, readable without script. Forms carry the framework's token against
/// forgery; scripts use the API.
/// </summary>
internal static class PageEndpoints
{
    private const int FirstPage = 60;

    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<AlbumMonths>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "flickr-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapAssets();
        routes.MapGet("/", (HttpContext context) => Viewer.NameOf(context) is { } name
            ? Results.Redirect($"/{Uri.EscapeDataString(name)}")
            : Page<LandingPage>(context));
        routes.MapGet("/signup", (HttpContext context) => Page<SignPage>(context, new() { ["IsNew"] = true }));
        routes.MapGet("/signin", (HttpContext context, string? returnTo) =>
            Page<SignPage>(context, new() { ["ReturnTo"] = LocalOrNull(returnTo) }));
        routes.MapPost("/signup", SignUpAsync);
        routes.MapPost("/signin", SignInAsync);
        routes.MapPost("/signout", SignOutAsync);
        routes.MapSettings();
        routes.MapGet("/s/{secret}", (HttpContext context, string secret) => Page<LinkPage>(context, new() { ["Secret"] = secret }));
        routes.MapGet("/reset", (HttpContext context) => Page<ResetPage>(context));
        routes.MapGet("/reset/{secret}", (HttpContext context, string secret) => Page<ResetPage>(context, new() { ["Secret"] = secret }));
        routes.MapCollections();
        routes.MapSearchPage();
        routes.MapGet("/offline", (HttpContext context) => Page<OfflinePage>(context));
        routes.MapGet("/{user}", AlbumsAsync);
        routes.MapGet("/{user}/-/open", OpenAlbum);
        routes.MapGet("/{user}/{album}", AlbumAsync);
        routes.MapGet("/{user}/{album}/{id}", PhotoAsync);
        routes.MapGet("/{user}/{album}/{id}/original", OriginalAsync);
    }

    private static async Task<IResult> SignUpAsync(HttpContext context, IAntiforgery forgery, AccountStore accounts,
        RequestLimits limits, IOptions<PhotosOptions> options)
    {
        var form = await FormAsync(context, forgery);
        if (form is null)
        {
            return Expired(context);
        }
        var name = form["name"].ToString().Trim();
        var password = form["password"].ToString();
        var words = PageWords.For(context);
        IResult Refuse(int status, string text) =>
            Page<SignPage>(context, new() { ["IsNew"] = true, ["Name"] = name, ["Problem"] = text }, status);
        if (!options.Value.OpenSignUp)
        {
            return Refuse(403, words["signUpClosed"]);
        }
        if (limits.SignIn(context, name) is { } pause)
        {
            return Refuse(429, TooOften(context, words, pause));
        }
        if (!CdnNames.IsUserName(name))
        {
            return Refuse(422, words["nameHint"]);
        }
        if (!AccountStore.IsPassword(password))
        {
            return Refuse(422, words["passwordHint"]);
        }
        if (await accounts.AddAsync(name, password, context.RequestAborted) is not { } account)
        {
            return Refuse(409, words["nameTaken"]);
        }
        await SignIn.SignInAsync(context, account);
        return Results.Redirect($"/{Uri.EscapeDataString(name)}");
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, IAntiforgery forgery, AccountStore accounts, RequestLimits limits, PhotosMetrics metrics)
    {
        var form = await FormAsync(context, forgery);
        if (form is null)
        {
            return Expired(context);
        }
        var name = form["name"].ToString().Trim();
        var returnTo = LocalOrNull(form["returnTo"]);
        var words = PageWords.For(context);
        IResult Refuse(int status, string text)
        {
            metrics.SignInsRefused.Inc();
            return Page<SignPage>(context, new() { ["Name"] = name, ["Problem"] = text, ["ReturnTo"] = returnTo }, status);
        }
        if (limits.SignIn(context, name) is { } pause)
        {
            return Refuse(429, TooOften(context, words, pause));
        }
        if (await accounts.SignInAsync(name, form["password"], context.RequestAborted) is not { } account)
        {
            return Refuse(401, words["wrongPassword"]);
        }
        await SignIn.SignInAsync(context, account);
        return Results.Redirect(returnTo ?? $"/{Uri.EscapeDataString(name)}");
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery forgery)
    {
        if (await FormAsync(context, forgery) is null)
        {
            return Expired(context);
        }
        await SignIn.SignOutAsync(context);
        context.Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        return Results.Redirect("/");
    }

    private static async Task<IResult> AlbumsAsync(HttpContext context, PhotoPages pages, AccountStore accounts, string user)
    {
        var albums = await pages.AlbumsAsync(Viewer.IdOf(context), user, context.RequestAborted);
        if (albums is null)
        {
            return Missing(context);
        }
        var owner = await accounts.FindByNameAsync(user, context.RequestAborted);
        return Page<AlbumsPage>(context, new()
        {
            ["Owner"] = user, ["Albums"] = albums, ["IsOwn"] = Viewer.NameOf(context) == user, ["IsPrivate"] = owner?.IsPublic == false,
        });
    }

    /// <summary>An album is made by its first photo; until then its page is the empty one with the drop zone.</summary>
    private static IResult OpenAlbum(HttpContext context, string user, string? album) =>
        CdnNames.TryRead(album) is { } name
            ? Results.Redirect($"/{Uri.EscapeDataString(user)}/{Uri.EscapeDataString(name)}")
            : Missing(context);

    private static async Task<IResult> AlbumAsync(HttpContext context, PhotoPages pages, Database database, string user, string album, string? after)
    {
        var isOwn = Viewer.NameOf(context) == user;
        var page = await pages.ListAsync(Viewer.IdOf(context), user, album, new PageQuery(FirstPage, after), context.RequestAborted);
        if (page is null && (!isOwn || CdnNames.TryRead(album) is null))
        {
            return Missing(context);
        }
        return Page<AlbumPage>(context, new()
        {
            ["Owner"] = user, ["Album"] = page?.Album ?? CdnNames.TryRead(album), ["Items"] = page?.Items ?? [], ["Next"] = page?.Next,
            ["IsOwn"] = isOwn,
            ["Title"] = page is null ? null : (await database.ReadAsync(
                session => AlbumStore.FindAsync(session, user, page.Album), context.RequestAborted))?.Title,
        });
    }

    private static async Task<IResult> PhotoAsync(HttpContext context, PhotoPages pages, string user, string album, string id)
    {
        var photo = await pages.FindAsync(Viewer.IdOf(context), id, context.RequestAborted);
        return photo is null || photo.Owner != user || photo.Album != album
            ? Missing(context)
            : Page<PhotoPage>(context, new() { ["Owner"] = user, ["Album"] = album, ["Item"] = photo });
    }

    private static async Task<IResult> OriginalAsync(HttpContext context, OriginalAddresses originals, string id) =>
        await originals.FindAsync(Viewer.IdOf(context), id, context.RequestAborted) is { } original
            ? Results.Redirect(original.Url)
            : Missing(context);

    /// <summary>The form when it came from a page of ours; null for a forged or outdated one.</summary>
    public static async Task<IFormCollection?> FormAsync(HttpContext context, IAntiforgery forgery) =>
        context.Request.HasFormContentType && await forgery.IsRequestValidAsync(context)
            ? await context.Request.ReadFormAsync(context.RequestAborted)
            : null;

    private static string TooOften(HttpContext context, PageWords words, TimeSpan pause)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (long)pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return words["tooOften"];
    }

    private static string? LocalOrNull(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && !address.Contains('\\', StringComparison.Ordinal) ? address : null;

    /// <summary>Sends somebody not signed in to the form, and back here afterwards.</summary>
    public static IResult ToSignIn(HttpContext context) =>
        Results.Redirect($"/signin?returnTo={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}");

    public static RazorComponentResult<SignPage> Expired(HttpContext context) =>
        Page<SignPage>(context, new() { ["Problem"] = PageWords.For(context)["formExpired"] }, 400);

    private static RazorComponentResult<MissingPage> Missing(HttpContext context) =>
        Page<MissingPage>(context, status: 404);

    /// <summary>A page, rendered for who asks, in the language of their browser.</summary>
    public static RazorComponentResult<TPage> Page<TPage>(HttpContext context, Dictionary<string, object?>? parameters = null, int status = 200)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        parameters ??= [];
        parameters["Frame"] = new PageFrame(
            PageWords.For(context), Viewer.NameOf(context), tokens.FormFieldName, tokens.RequestToken!,
            context.Request.Path.ToUriComponent());
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<TPage>(parameters) { StatusCode = status };
    }
}
