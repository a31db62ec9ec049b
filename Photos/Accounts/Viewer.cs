using System.Security.Claims;

namespace Flickr.Photos.Accounts;

/// <summary>Who asks, as the sign-in schemes found out.</summary>
public static class Viewer
{
    internal const string StampClaim = "stamp";

    /// <summary>Account id of who asks; null for somebody not signed in.</summary>
    public static string? IdOf(HttpContext context) =>
        context.User.Identity?.IsAuthenticated == true ? context.User.FindFirstValue(ClaimTypes.NameIdentifier) : null;

    /// <summary>Account name of who asks; null for somebody not signed in.</summary>
    public static string? NameOf(HttpContext context) =>
        context.User.Identity?.IsAuthenticated == true ? context.User.Identity.Name : null;

    internal static ClaimsPrincipal Principal(AccountRow account, string scheme, string? scopes = null) => new(new ClaimsIdentity(
        [
            .. scopes is null ? Array.Empty<Claim>() : [new Claim(KeyScopes.Claim, scopes)],
            new Claim(ClaimTypes.NameIdentifier, account.Id),
            new Claim(ClaimTypes.Name, account.Name),
            new Claim(StampClaim, account.Stamp),
        ], scheme));
}
