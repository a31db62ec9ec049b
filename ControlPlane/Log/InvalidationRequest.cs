using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Tokens.Paths;

namespace Flickr.ControlPlane.Log;

/// <summary>What a caller asks to be invalidated.</summary>
/// <param name="Kind">A kind of <c>docs/wire.md</c>.</param>
/// <param name="Value">What it names; empty for <c>all</c>.</param>
/// <param name="Soft">Objects become stale instead of dead.</param>
/// <param name="Owner">On whose behalf.</param>
/// <param name="Epoch">The owner's new epoch; needed for <c>owner</c>.</param>
/// <param name="Reason">For people.</param>
public sealed record InvalidationRequest(
    string? Kind, string? Value, bool Soft = false, string? Owner = null, long? Epoch = null,
        string? Reason = null)
{
    private const int ValueLengthMax = 2048;
    private const int ReasonLengthMax = 500;

    /// <summary>Why it cannot be taken; null when it can.</summary>
    public string? Refusal()
    {
        if (!KindNames.TryParse(Kind, out var kind))
        {
            return $"kind must be one of {string.Join(", ", KindNames.All)}";
        }
        if (kind == InvalidationKind.Member)
        {
            return "members are removed with DELETE /v1/members/{id}";
        }
        var value = Value ?? "";
        if (kind == InvalidationKind.All)
        {
            return value.Length == 0 ? RefuseRest(kind) : "all takes no value";
        }
        if (value.Length is 0 or > ValueLengthMax || value.Any(char.IsControl)
            || value.Contains(' ', StringComparison.Ordinal))
        {
            return $"value must have 1 to {ValueLengthMax} characters without spaces and control characters";
        }
        return kind is InvalidationKind.Url or InvalidationKind.Prefix
            ? RefuseAddress(kind, value) ?? RefuseRest(kind) : RefuseRest(kind);
    }

    private string? RefuseRest(InvalidationKind kind)
    {
        if (Reason?.Length > ReasonLengthMax || Owner?.Length > 64)
        {
            return $"reason has at most {ReasonLengthMax} characters, owner at most 64";
        }
        if (kind == InvalidationKind.Owner && Epoch is null or < 0)
        {
            return "owner needs epoch, the owner's new epoch";
        }
        return Soft && kind is InvalidationKind.Owner or InvalidationKind.Viewer or InvalidationKind.Key or InvalidationKind.Token
            ? "only url, prefix, tag, host and all can be soft"
            : null;
    }

    /// <summary>
    /// An address that is not canonical would name nothing that an edge serves, and the caller would believe
    /// it gone.
    /// </summary>
    private static string? RefuseAddress(InvalidationKind kind, string value)
    {
        var target = InvalidationTarget.Of(kind, value);
        if (kind == InvalidationKind.Prefix && !value.EndsWith('/'))
        {
            return "a prefix ends in /";
        }
        return CanonicalPath.TryParse(target.Path, out _, out var refusal)
            ? null
            : $"the path is not canonical ({refusal}): spell it as in the links that are given out";
    }
}
