using System.Text.RegularExpressions;
using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Log;
using Flickr.ControlPlane.Members;
using Flickr.Fleet.Streaming;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Edges;

/// <summary>What edges call, and the list of them.</summary>
internal static partial class EdgeEndpoints
{
    private const int AddressLengthMax = 256;

    /// <summary>Maps them.</summary>
    public static void MapEdges(this WebApplication app)
    {
        app.MapGet("/v1/stream", StreamAsync).For(Role.Edge);
        app.MapPost("/v1/edges/{id}/ack", AcknowledgeAsync).For(Role.Edge);
        app.MapGet("/v1/members", MembersAsync).For(Role.Operator, Role.Service);
    }

    /// <summary>The edges with their lag.</summary>
    public static Task<MemberList> ListAsync(Database database, TimeProvider time,
        CancellationToken cancellationToken) =>
        database.ReadAsync(async session =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var head = (await InvalidationLog.StateAsync(session)).Head;
            var members = new List<Member>();
            foreach (var edge in await EdgeTable.AllAsync(session))
            {
                // The lag is the age of the first entry that the edge has not acknowledged.
                var waiting = edge.Acknowledged < head
                    ? await InvalidationLog.AfterAsync(session, edge.Acknowledged, 1)
                    : [];
                members.Add(new Member(edge.Id, edge.Address, edge.IsLive(now), edge.Acknowledged,
                    waiting.Count > 0 ? Math.Max(0, now - waiting[0].AtMs) : 0, edge.KeysVersion));
            }
            var nodes = (await MemberTable.AllAsync(session)).Select(row => new NodeShown(
                row.Id, row.Role, row.Name, row.Zone, row.JoinedMs, row.RenewedMs, row.NotAfterMs,
                row.RemovedMs == 0 ? null : row.RemovedMs));
            return new MemberList(members, [.. nodes]);
        }, cancellationToken);

    private static async Task StreamAsync(HttpContext context, EdgeStream stream, ControlPlaneMetrics metrics,
        IOptions<StreamOptions> options, string edge, long after = 0, string address = "", long term = 0)
    {
        if (!EdgeName().IsMatch(edge) || after < 0 || term < 0 || address.Length > AddressLengthMax
            || address.Length > 0 && !Uri.TryCreate(address, UriKind.Absolute, out _))
        {
            await Problems.WriteAsync(context, 400, "stream-invalid",
                "edge is 1 to 64 of A-Z a-z 0-9 . _ -; after and term are whole numbers; address is absolute.");
            return;
        }
        if (context.MemberOf() is { } member && member.Name != edge)
        {
            await Problems.WriteAsync(context, 403, "member-name-refused", "A member follows under its own name.");
            return;
        }
        if (metrics.Streams >= options.Value.StreamsMax)
        {
            context.Response.Headers.RetryAfter = "5";
            await Problems.WriteAsync(context, 503, "streams-full",
                "ControlPlane:Stream:StreamsMax is reached.");
            return;
        }
        await stream.RunAsync(context, edge, address, after, term);
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext context, string id,
        Acknowledgement acknowledgement,
        EdgeTable edges, LogTail tail, ControlPlaneMetrics metrics, TimeProvider time,
            CancellationToken cancellationToken)
    {
        if (context.MemberOf() is { } member && member.Name != id)
        {
            return Problems.Of(403, "member-name-refused", "A member acknowledges under its own name.");
        }
        if (acknowledgement.Sequence < 0 || acknowledgement.KeysVersion < 0)
        {
            return Problems.Of(400, "acknowledgement-invalid", "sequence and keysVersion are not negative.");
        }
        var (sequence, keysVersion) = (acknowledgement.Sequence, acknowledgement.KeysVersion);
        switch (await edges.AcknowledgeAsync(id, sequence, keysVersion, cancellationToken))
        {
            case AckVerdict.UnknownEdge:
                return Problems.Of(404, "edge-unknown", "The edge has never opened a stream here.");
            case AckVerdict.AheadOfLog:
                return Problems.Of(409, "edge-ahead", "The log does not go so far.");
        }
        if (tail.View.After(sequence - 1) is { Count: > 0 } entries)
        {
            metrics.Acknowledged(time.GetUtcNow().ToUnixTimeMilliseconds() - entries[0].AtMs);
        }
        return Results.NoContent();
    }

    private static async Task<IResult> MembersAsync(Database database, TimeProvider time,
        CancellationToken cancellationToken) =>
        Results.Json(await ListAsync(database, time, cancellationToken), ControlPlaneJson.Default.MemberList);

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex EdgeName();
}

/// <summary>The edges, and every node that joined.</summary>
internal sealed record MemberList(IReadOnlyList<Member> Edges, IReadOnlyList<NodeShown> Nodes);

/// <summary>A node that joined, for people and services.</summary>
internal sealed record NodeShown(string Id, string Role, string Name, string Zone, long JoinedMs, long RenewedMs,
    long NotAfterMs, long? RemovedMs);

/// <summary>An edge, for people and services.</summary>
internal sealed record Member(string Id, string Address, bool Live, long Acknowledged, long LagMs,
    long KeysVersion);
