using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;

namespace Flickr.ControlPlane.Page;

/// <summary>What the page shows.</summary>
internal sealed record OperatorFacts(
    KeyList Keys, MemberList Members, IReadOnlyList<Receipt> Receipts, LogState Log, AuditVerdict Audit,
        string FormToken, string Done);
