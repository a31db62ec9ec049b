using System.Text.RegularExpressions;
using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.Fleet.Streaming;
using Flickr.Sql;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.ControlPlane.Keys;

/// <summary>Keys over HTTP.</summary>
internal static partial class KeyEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapKeys(this WebApplication app)
    {
        app.MapGet("/v1/keys/verify", VerifyAsync).For(Role.Edge);
        app.MapGet("/v1/keys/mint", MintAsync).For(Role.Service);
        app.MapGet("/v1/keys/mint/derived", DerivedAsync).For(Role.Operator, Role.Service);
        app.MapGet("/v1/keys", ShowAsync).For(Role.Operator);
        app.MapPost("/v1/keys/rotate", RotateAsync).For(Role.Operator);
        app.MapPost("/v1/keys/{kid}/revoke", RevokeAsync).For(Role.Operator);
        app.MapGet("/.well-known/jwks.json", PublicAsync).ForAnyone();
    }

    /// <summary>All keys with who holds them; never material.</summary>
    public static async Task<KeyList> ListAsync(Database database, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var (version, keys, edges) = await database.ReadAsync(async session => (
            await KeyTable.VersionAsync(session), await KeyTable.AllAsync(session),
                await EdgeTable.AllAsync(session)),
            cancellationToken);
        return new KeyList(version, [.. keys.Select(key => Show(key, edges, now))]);
    }

    private static async Task<IResult> ShowAsync(Database database, TimeProvider time,
        CancellationToken cancellationToken) =>
        Results.Json(await ListAsync(database, time, cancellationToken), ControlPlaneJson.Default.KeyList);

    private static KeyShown Show(SigningKey key, IReadOnlyList<EdgeRow> edges, long now)
    {
        var verifies = KeyTable.Verifies(key);
        return new KeyShown(
            key.Kid, key.Issuer, key.Algorithm, key.State, key.CreatedMs, SigningKey.Instant(key.PublishedMs),
            SigningKey.Instant(key.ActivatedMs), SigningKey.Instant(key.NotAfterMs),
            [.. edges.Where(edge => verifies && edge.MayServePrivate(now)
                && edge.KeysVersion >= key.PublishedVersion).Select(edge => edge.Id)],
            [.. verifies ? KeyChange.WaitsFor(key, edges, now).Select(edge => edge.Id) : []]);
    }

    private static async Task<IResult> VerifyAsync(HttpContext context, KeyBundles bundles, AuditLog audit,
        CancellationToken cancellationToken)
    {
        var bundle = await bundles.VerifyAsync(cancellationToken);
        return await AnswerAsync(context, bundle, audit, "read-verify-keys", cancellationToken);
    }

    private static async Task<IResult> MintAsync(HttpContext context, KeyBundles bundles, AuditLog audit,
        CancellationToken cancellationToken)
    {
        var bundle = await bundles.MintAsync(cancellationToken);
        return await AnswerAsync(context, bundle, audit, "read-mint-keys", cancellationToken);
    }

    /// <summary>A key that mints below a prefix of a host only, for a service that needs no more.</summary>
    private static async Task<IResult> DerivedAsync(HttpContext context, KeyBundles bundles, AuditLog audit,
        CancellationToken cancellationToken, string host = "", string prefix = "")
    {
        if (!HostName().IsMatch(host) || !CanonicalPath.TryParse(prefix, out var directory, out _)
            || !directory.IsDirectory || directory.SegmentCount is 0 or > 16)
        {
            return Problems.Of(400, "prefix-invalid",
                "host is a lower-case name, with a port where edges are asked with one; prefix is canonical, ends in a slash and has 1 to 16 segments.");
        }
        if (await bundles.DeriveAsync(host, directory, cancellationToken) is not { } bundle)
        {
            return Problems.Of(503, "key-not-ready", "No HS256 key mints yet.");
        }
        context.Response.Headers.CacheControl = "no-store";
        await audit.SayOnceAsync($"{context.ActorOf()}@{context.Connection.RemoteIpAddress}", "read-derived-key",
            $"kid={bundle.Keys[0].Kid} host={host} prefix={prefix}", cancellationToken);
        return Results.Json(bundle, StreamJson.Default.VerifyBundle);
    }

    [GeneratedRegex("^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$")]
    private static partial Regex HostName();

    /// <summary>
    /// With the version as ETag; the mint bundle's tag also covers the list of edges, which moves by itself.
    /// </summary>
    private static async Task<IResult> AnswerAsync(HttpContext context, VerifyBundle bundle, AuditLog audit,
        string action,
        CancellationToken cancellationToken)
    {
        var edges = bundle.Edges is { Count: > 0 } list
            ? "-" + System.IO.Hashing.XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(string.Join(' ', list)))
            : "";
        var tag = $"\"{bundle.Version}{edges}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            return Results.StatusCode(304);
        }
        await audit.SayOnceAsync(
            $"{context.ActorOf()}@{context.Connection.RemoteIpAddress}", action, $"version={bundle.Version}",
                cancellationToken);
        return Results.Json(bundle, StreamJson.Default.VerifyBundle);
    }

    private static async Task<IResult> PublicAsync(HttpContext context, KeyBundles bundles,
        CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Json(await bundles.PublicAsync(cancellationToken),
            ControlPlaneJson.Default.JsonWebKeySet);
    }

    private static async Task<IResult> RotateAsync(HttpContext context, RotateRequest request, KeyLife life,
        Database database,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<SigningAlgorithm>(request.Algorithm, out var algorithm)
            || !Enum.IsDefined(algorithm))
        {
            return Problems.Of(400, "algorithm-unknown", "algorithm must be ES256 or HS256.");
        }
        var key = await life.RotateAsync(algorithm, request.Force, context.ActorOf(), cancellationToken);
        var list = await ListAsync(database, time, cancellationToken);
        return Results.Json(list.Keys.First(shown => shown.Kid == key.Kid), ControlPlaneJson.Default.KeyShown,
            statusCode: key.Life == KeyState.Active ? 200 : 202);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, string kid, KeyLife life,
        Receipts receipts,
        CancellationToken cancellationToken, long wait = 0, string? reason = null)
    {
        var entry = await life.RevokeAsync(kid, reason, context.ActorOf(), cancellationToken);
        if (entry is null)
        {
            return Problems.Of(404, "key-unknown", "There is no key of this id.");
        }
        var receipt = await receipts.WaitAsync(entry, TimeSpan.FromMilliseconds(Math.Max(wait, 0)),
            cancellationToken);
        return Results.Json(receipt, ControlPlaneJson.Default.Receipt, statusCode: 202);
    }
}

/// <summary>Body of a rotation.</summary>
internal sealed record RotateRequest(string? Algorithm, bool Force = false);

/// <summary>The keys, for people.</summary>
internal sealed record KeyList(long Version, IReadOnlyList<KeyShown> Keys);

/// <summary>A key, for people: where it is and who holds it.</summary>
internal sealed record KeyShown(
    string Kid, string Issuer, string Algorithm, string State, long CreatedMs, long? PublishedMs,
    long? ActivatedMs,
    long? NotAfterMs, IReadOnlyList<string> Acknowledged, IReadOnlyList<string> WaitingFor);
