namespace Flickr.Photos.Accounts;

/// <summary>
/// What an API key may be used for. One table decides from method and path, so that a new call is covered before anybody
/// thinks of it: what is not a read needs <see cref="Write"/> at least. A browser's session has every scope.
/// </summary>
public static class KeyScopes
{
    /// <summary>See photos, albums, comments, favourites, uploads.</summary>
    public const string Read = "read";

    /// <summary>Send photos.</summary>
    public const string Upload = "upload";

    /// <summary>Change and delete photos, albums, comments, favourites.</summary>
    public const string Write = "write";

    /// <summary>Give others access, and take it back.</summary>
    public const string Share = "share";

    /// <summary>Keys, password, visibility and settings of the account.</summary>
    public const string Account = "account";

    internal const string Claim = "scopes";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Upload, Write, Share, Account];

    /// <summary>The scope a call needs; null when every key may make it.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path below <c>/api/v1</c>, e.g. <c>/photos/01H…/shares</c>.</param>
    public static string? Needed(string method, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isRead = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        return parts switch
        {
            ["server", ..] or ["me"] when isRead => null, // so that a program finds out whose key it has
            ["links", _, "open" or "photos", ..] => null, // the link decides, not who asks
            ["me" or "keys" or "session" or "users" or "webhooks" or "operator" or "password-resets", ..] => Account,
            ["links" or "shares", ..] or [_, _, "shares", ..] => Share,
            ["uploads" or "tus", ..] => Upload,
            ["photos", _, "original"] => Read,
            _ => isRead ? Read : Write,
        };
    }

    /// <summary>Null when the caller may make this call, else the scope that is missing.</summary>
    internal static string? Missing(HttpContext context)
    {
        if (context.User.FindFirst(Claim)?.Value is not { } scopes)
        {
            return null;
        }
        context.Request.Path.StartsWithSegments("/api/v1", out var below);
        return Needed(context.Request.Method, below.Value ?? "") is { } needed && !scopes.Split(' ').Contains(needed) ? needed : null;
    }

    /// <summary>The scopes as they are kept; null in <paramref name="kept"/> is all. False when one is unknown.</summary>
    internal static bool TryRead(IReadOnlyList<string>? asked, out string? kept)
    {
        kept = asked is null ? null : string.Join(' ', All.Where(asked.Contains));
        return asked is null || (asked.Count > 0 && asked.All(All.Contains));
    }
}
