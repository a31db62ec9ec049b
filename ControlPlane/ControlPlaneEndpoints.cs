using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.ControlPlane.Members;
using Flickr.ControlPlane.Page;

namespace Flickr.ControlPlane;

/// <summary>
/// The control plane, to be read first. A request passes the gate (the key decides the role), then: an
/// invalidation gets
/// its number and receipt in one transaction (<see cref="InvalidationLog"/>); the tail sees it (<see
/// cref="LogTail"/>);
/// every open stream sends it (<see cref="EdgeStream"/>); edges acknowledge (<see cref="EdgeTable"/>); the
/// receipt is read
/// from the acknowledgements (<see cref="Receipts"/>). Keys move the same way (<see cref="KeyLife"/>):
/// published, told to
/// edges, acknowledged, and only then active.
/// </summary>
internal static class ControlPlaneEndpoints
{
    /// <summary>Maps everything.</summary>
    public static void MapControlPlane(this WebApplication app)
    {
        app.UseRouting();
        app.UseRoleGate();
        app.MapInvalidations();
        app.MapEdges();
        app.MapMembers();
        app.MapKeys();
        app.MapAudit();
        app.MapOperatorPage();
    }
}
