using Flickr.Photos.Accounts;
using Flickr.Photos.Gallery;
using Flickr.Photos.Problems;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Links;

/// <summary>Links over HTTP: for their owner, and for whoever holds one.</summary>
internal static class LinkEndpoints
{
    private const int PasswordMin = 4;
    private const int PasswordMax = 256;
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(3_660);

    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/links", AddAsync);
        routes.MapGet("/links", async (HttpContext context, LinkStore links) => Viewer.IdOf(context) is { } viewer
            ? Results.Ok(new { Links = (await links.ListAsync(viewer, context.RequestAborted)).Select(link => link.Body()) })
            : Problem.NotSignedIn());
        routes.MapDelete("/links/{id}", RevokeAsync);
        routes.MapPost("/links/{secret}/open", OpenAsync);
        routes.MapGet("/links/{secret}/photos", PhotosAsync);
        routes.MapPost("/links/{secret}/photos/{id}/original", OriginalAsync);
    }

    private static async Task<IResult> AddAsync(
        HttpContext context, NewLink body, LinkStore links, TimeProvider time, IOptions<PhotosOptions> options)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (body.Photo is null == body.Album is null)
        {
            return Problem.Result(422, "bad-link", "A link is to a photo or to an album.");
        }
        if (body.Password is not null && body.Password.Length is < PasswordMin or > PasswordMax)
        {
            return Problem.Result(422, "bad-password", $"A link's password has {PasswordMin} to {PasswordMax} characters.");
        }
        var now = time.GetUtcNow();
        if (body.ExpiresMs is { } ends
            && (ends <= now.ToUnixTimeMilliseconds() || ends > (now + LifetimeMax).ToUnixTimeMilliseconds()))
        {
            return Problem.Result(422, "bad-expiry", "A link ends in the future, within ten years.");
        }
        var added = await links.AddAsync(
            viewer, body.Photo, body.Album, body.Password, body.ExpiresMs, body.Originals == true, context.RequestAborted);
        return added is var (link, secret)
            ? Results.Json(link.Body(secret, options.Value.AddressFor(context.Request) + "/s/" + secret), statusCode: 201)
            : Problem.NotFound();
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, LinkStore links, string id)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        var answer = await links.RevokeAsync(viewer, id, WaitQuery.Read(context), context.RequestAborted);
        return answer is null ? Problem.NotFound() : Results.Ok(answer);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, Opening body, LinkStore links, LinkPass passes,
        RequestLimits limits, TimeProvider time, string secret)
    {
        if (await links.FindAsync(secret, context.RequestAborted) is not { } link)
        {
            // Guessing a secret is hopeless; the limit keeps the guessing itself from being a load.
            return limits.SignIn(context, "link:") is { } tooOften ? TooOften(context, tooOften) : Problem.NotFound();
        }
        if (link.PasswordHash is not null && limits.SignIn(context, "link:" + link.Id) is { } pause)
        {
            return TooOften(context, pause);
        }
        if (HasEnded(link, time))
        {
            return Expired();
        }
        if (!LinkStore.Opens(link, body.Password))
        {
            return Locked();
        }
        if (await links.OpenAsync(link, context.RequestAborted) is not { } target)
        {
            return Problem.NotFound();
        }
        var (pass, ends) = passes.Issue(link);
        return Results.Ok(new
        {
            Pass = pass,
            ExpiresMs = ends.ToUnixTimeMilliseconds(),
            Kind = link.PhotoId is null ? "album" : "photo",
            target.Owner,
            target.Album,
            target.Title,
            Originals = link.GivesOriginals == 1,
        });
    }

    private static async Task<IResult> PhotosAsync(HttpContext context, LinkStore links, LinkPass passes, PhotoItems items,
        TimeProvider time, string secret, string? after, int? limit)
    {
        var (link, refusal) = await EnterAsync(context, links, passes, time, secret);
        if (link is null)
        {
            return refusal!;
        }
        var count = Math.Clamp(limit ?? 100, 1, PhotoPages.PageMax);
        var photos = await links.PhotosAsync(link, after, count, context.RequestAborted);
        var answered = new List<PhotoItem>(photos.Count);
        foreach (var photo in photos)
        {
            if (await items.ItemAsync(photo, link.Viewer, context.RequestAborted) is { } item)
            {
                answered.Add(item);
            }
        }
        return Results.Ok(new { Items = answered, Next = photos.Count == count ? photos[^1].Id : null });
    }

    private static async Task<IResult> OriginalAsync(HttpContext context, LinkStore links, LinkPass passes,
        OriginalAddresses originals, TimeProvider time, string secret, string id)
    {
        var (link, refusal) = await EnterAsync(context, links, passes, time, secret);
        if (link is null)
        {
            return refusal!;
        }
        if (link.GivesOriginals != 1 || !await links.CoversAsync(link, id, context.RequestAborted))
        {
            return Problem.NotFound();
        }
        var original = await originals.FindAsync(link.Viewer, id, isLinked: true, link.Ends, context.RequestAborted);
        return original is null ? Problem.NotFound() : Results.Ok(original);
    }

    private static async Task<(LinkRow? Link, IResult? Refusal)> EnterAsync(
        HttpContext context, LinkStore links, LinkPass passes, TimeProvider time, string secret)
    {
        if (await links.FindAsync(secret, context.RequestAborted) is not { } link)
        {
            return (null, Problem.NotFound());
        }
        if (HasEnded(link, time))
        {
            return (null, Expired());
        }
        return passes.Opens(context.Request.Headers[LinkPass.Header], link) ? (link, null) : (null, Locked());
    }

    private static bool HasEnded(LinkRow link, TimeProvider time) => link.Ends <= time.GetUtcNow();

    private static IResult Expired() => Problem.Result(410, "link-expired", "The time of this link is over.");

    private static IResult Locked() => Problem.Result(401, "link-password", "Open the link with its password.");

    private static IResult TooOften(HttpContext context, TimeSpan pause) =>
        Problem.Later(context, 429, "too-many-sign-ins", "Too many tries. Wait a little.", pause);

    internal sealed record NewLink(string? Photo, string? Album, string? Password, long? ExpiresMs, bool? Originals);

    internal sealed record Opening(string? Password);
}
