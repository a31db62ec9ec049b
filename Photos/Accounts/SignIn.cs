using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>
/// The two ways in: the cookie of a browser session and an API key in <c>Authorization</c>. A request with such a header is
/// judged by it alone, so that a wrong key is never hidden by a cookie.
/// </summary>
public static class SignIn
{
    /// <summary>Scheme of the cookie.</summary>
    public const string CookieScheme = "session";

    private const string KeyScheme = "key";
    private const string EitherScheme = "either";

    internal static void AddSignIn(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Flickr.Photos");
        services.AddOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>()
            .Configure<PhotosFolders, ILoggerFactory>((options, folders, logs) => options.XmlRepository =
                new Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository(new DirectoryInfo(folders.Keys), logs));
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, options => options.ForwardDefaultSelector =
                context => context.Request.Headers.Authorization.Count > 0 ? KeyScheme : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyScheme, null)
            .AddCookie(CookieScheme, options =>
            {
                options.Cookie.Name = "flickr";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TimeSpan.FromDays(30);
                options.SlidingExpiration = true;
                options.Events.OnRedirectToLogin = context => Refuse(context.HttpContext, 401);
                options.Events.OnRedirectToAccessDenied = context => Refuse(context.HttpContext, 403);
                options.Events.OnValidatePrincipal = CheckStampAsync;
            });
        services.AddAuthorization();
    }

    /// <summary>Gives the browser a session.</summary>
    public static Task SignInAsync(HttpContext context, AccountRow account) => context.SignInAsync(
        CookieScheme, Viewer.Principal(account, CookieScheme), new AuthenticationProperties { IsPersistent = true });

    /// <summary>Ends the browser's session.</summary>
    public static Task SignOutAsync(HttpContext context) => context.SignOutAsync(CookieScheme);

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    // A cookie outlives a password change or a deleted account unless it is asked each time: one read by primary key.
    private static async Task CheckStampAsync(CookieValidatePrincipalContext context)
    {
        var store = context.HttpContext.RequestServices.GetRequiredService<AccountStore>();
        var id = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        var account = await store.FindAsync(id, context.HttpContext.RequestAborted);
        if (account is null || account.Stamp != context.Principal!.FindFirstValue(Viewer.StampClaim))
        {
            context.RejectPrincipal();
        }
    }

    private sealed class KeyHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccountStore accounts)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header)
                || !header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || header.Parameter is null)
            {
                return AuthenticateResult.NoResult();
            }
            var (account, scopes) = await accounts.FindByKeyAsync(header.Parameter, Context.RequestAborted);
            return account is null
                ? AuthenticateResult.NoResult()
                : AuthenticateResult.Success(new AuthenticationTicket(Viewer.Principal(account, KeyScheme, scopes), KeyScheme));
        }
    }
}
