using System.Globalization;

namespace Flickr.Edge.Leases;

/// <summary>What edges ask a home, as the target of a sealed POST: <c>/-/lease?op=…</c>. Pure.</summary>
internal static class LeaseMessage
{
    /// <summary>Path of all these messages.</summary>
    public const string Path = "/-/lease";

    /// <summary>The answer that grants.</summary>
    public const string Granted = "granted";

    /// <summary>The answer that does not.</summary>
    public const string Busy = "busy";

    /// <summary>The answer to what needs none.</summary>
    public const string Done = "done";

    /// <summary>A message about a claim: <c>claim</c>, <c>wait</c>, <c>renew</c>, <c>release</c>.</summary>
    public static string Of(string op, in LeaseClaim claim) => string.Create(CultureInfo.InvariantCulture,
        $"{Path}?op={op}&viewer={Uri.EscapeDataString(claim.Viewer)}&object={Uri.EscapeDataString(claim.Object)}&holder={Uri.EscapeDataString(claim.Holder)}&limit={claim.Limit}");

    /// <summary>Says to the edge of a transfer that another one has taken its place.</summary>
    public static string Superseded(string holder) => $"{Path}?op=superseded&holder={Uri.EscapeDataString(holder)}";

    /// <summary>Asks to use a token.</summary>
    public static string Of(in OnceUse use) => string.Create(CultureInfo.InvariantCulture,
        $"{Path}?op=once&id={Uri.EscapeDataString(use.Id)}&holder={use.Holder}&issued={use.IssuedAt}&until={use.Until}&part={(use.IsPart ? 1 : 0)}");

    /// <summary>Reads the claim of a message; null when it has none.</summary>
    public static LeaseClaim? ClaimOf(IQueryCollection query) =>
        query["viewer"].ToString() is { Length: > 0 } viewer && query["holder"].ToString() is { Length: > 0 } holder
        && int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? new LeaseClaim(viewer, query["object"].ToString(), holder, limit) : null;

    /// <summary>Reads the use of a message; null when it has none.</summary>
    public static OnceUse? UseOf(IQueryCollection query) =>
        query["id"].ToString() is { Length: > 0 } id
        && ulong.TryParse(query["holder"], NumberStyles.None, CultureInfo.InvariantCulture, out var holder)
        && long.TryParse(query["issued"], NumberStyles.None, CultureInfo.InvariantCulture, out var issued)
        && long.TryParse(query["until"], NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            ? new OnceUse(id, holder, issued, until, query["part"] == "1") : null;
}
