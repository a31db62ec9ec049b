using Flickr.ControlPlane.Access;

namespace Flickr.ControlPlane.Audit;

/// <summary>The audit log over HTTP.</summary>
internal static class AuditEndpoints
{
    private const int LimitMax = 1000;

    /// <summary>Maps them.</summary>
    public static void MapAudit(this WebApplication app)
    {
        app.MapGet("/v1/audit", async (AuditLog audit, CancellationToken cancellationToken, long after = 0,
            int limit = 100) =>
            Results.Json(
                new AuditPage(await audit.AfterAsync(after, Math.Clamp(limit, 1, LimitMax),
                    cancellationToken)),
                ControlPlaneJson.Default.AuditPage)).For(Role.Operator);
        app.MapGet("/v1/audit/head", async (AuditHeads heads, CancellationToken cancellationToken) =>
            Results.Json(await heads.SignAsync(cancellationToken), ControlPlaneJson.Default.AuditHead))
            .For(Role.Operator);
        app.MapGet("/v1/audit/verify", async (AuditLog audit, AuditHeads heads, CancellationToken cancellationToken) =>
            Results.Json(await audit.VerifyAsync(heads.IsGenuine, cancellationToken),
                ControlPlaneJson.Default.AuditVerdict)).For(Role.Operator);
    }
}

/// <summary>Some lines.</summary>
internal sealed record AuditPage(IReadOnlyList<AuditRow> Rows);
