using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Log;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Members;

/// <summary>Membership over HTTP.</summary>
internal static class MemberEndpoints
{
    private const long SecondsMax = 7 * 86_400;

    /// <summary>Maps them.</summary>
    public static void MapMembers(this WebApplication app)
    {
        app.MapPost("/v1/members/invitations", InviteAsync).For(Role.Operator);
        app.MapDelete("/v1/members/{member}", RemoveAsync).For(Role.Operator);
        app.MapGet("/v1/members/authority", (Authority authority) =>
            Results.Text(authority.Certificate.ExportCertificatePem())).ForAnyone();
        app.MapPost("/v1/members/join", JoinAsync).ForAnyone();
        app.MapPost("/v1/members/renew", RenewAsync).For(Role.Edge, Role.Service, Role.Node);
        app.MapGet("/v1/members/removed", RemovedAsync).For(Role.Edge, Role.Service, Role.Node);
    }

    private static async Task<IResult> InviteAsync(HttpContext context, InviteRequest request, MemberLife life,
        CancellationToken cancellationToken)
    {
        if (request.Role is null || !MemberFacts.Roles.Contains(request.Role)
            || request.Name is { Length: > 0 } name && !MemberLife.MemberName().IsMatch(name)
            || request.Zone is { Length: > 0 } zone && !MemberLife.MemberName().IsMatch(zone)
            || request.Seconds is < 60 or > SecondsMax)
        {
            return Problems.Of(400, "invitation-invalid",
                $"role is one of {string.Join(", ", MemberFacts.Roles)}; name and zone are of A-Z a-z 0-9 . _ -; seconds 60 to {SecondsMax}.");
        }
        context.Response.Headers.CacheControl = "no-store";
        return await life.InviteAsync(request, context.ActorOf(), cancellationToken) is { } invited
            ? Results.Json(invited, ControlPlaneJson.Default.Invited, statusCode: 201)
            : Problems.Of(409, "member-name-taken", "A member has this name: remove it first.");
    }

    private static async Task<IResult> JoinAsync(HttpContext context, MemberCalls.JoinOrder order, MemberLife life,
        ControlPlaneMetrics metrics, CancellationToken cancellationToken)
    {
        // The secret is for a connection that the token's fingerprint vouches for.
        if (!Membership.IsOnMemberListener(context))
        {
            return Problems.Of(403, "members-only", "Join on the listener for members.");
        }
        var (refusal, issued) = await life.JoinAsync(order, cancellationToken);
        if (refusal is not null)
        {
            metrics.Refused("join");
            return Problems.Of(refusal.Status, refusal.Name, refusal.Detail);
        }
        metrics.Joined();
        return Results.Json(issued, ControlPlaneJson.Default.Issued);
    }

    private static async Task<IResult> RenewAsync(HttpContext context, MemberCalls.RenewOrder order, MemberLife life,
        CancellationToken cancellationToken) =>
        context.MemberOf() is { } member && await life.RenewAsync(member, order, cancellationToken) is { } issued
            ? Results.Json(issued, ControlPlaneJson.Default.Issued)
            : Problems.Of(403, "renewal-refused", "Only a member renews, for its own key.");

    private static async Task<IResult> RemoveAsync(HttpContext context, string member, MemberLife life,
        Receipts receipts, ControlPlaneMetrics metrics, CancellationToken cancellationToken, bool stolen = false,
        long wait = 0)
    {
        var entry = await life.RemoveAsync(member, stolen, context.ActorOf(), cancellationToken);
        if (entry is null)
        {
            return Problems.Of(404, "member-unknown", "There is no member of this id or name.");
        }
        metrics.Appended(entry.Kind);
        var receipt = await receipts.WaitAsync(entry, TimeSpan.FromMilliseconds(Math.Max(wait, 0)), cancellationToken);
        return Results.Json(receipt, ControlPlaneJson.Default.Receipt, statusCode: 202);
    }

    /// <summary>Removals after a sequence; waits for the first.</summary>
    private static async Task<IResult> RemovedAsync(Database database, LogTail tail, IOptions<MemberOptions> options,
        TimeProvider time, CancellationToken cancellationToken, long after = 0, long wait = 0)
    {
        var limit = TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, (long)options.Value.FollowWaitMax.TotalMilliseconds));
        using var due = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        while (true)
        {
            var changed = tail.Changed;
            var page = await ReadAsync(database, after, cancellationToken);
            if (page.Removed.Count > 0 || due.IsCancellationRequested)
            {
                return Results.Json(page, ControlPlaneJson.Default.Page);
            }
            await changed.WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What the log says of removals after a sequence.</summary>
    public static Task<RemovedMembers.Page> ReadAsync(Database database, long after,
        CancellationToken cancellationToken) => database.ReadAsync(async session =>
    {
        var head = (await InvalidationLog.StateAsync(session)).Head;
        var ids = await session.QueryAsync<string>(
            "SELECT value FROM in_force WHERE kind = 'member' AND sequence > @after ORDER BY sequence", new { after });
        return new RemovedMembers.Page(head, ids);
    }, cancellationToken);
}
