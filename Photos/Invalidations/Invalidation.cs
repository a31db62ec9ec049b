namespace Flickr.Photos.Invalidations;

/// <summary>What is no longer to be served.</summary>
/// <param name="Kind"><c>url</c>, <c>tag</c> or <c>owner</c>.</param>
/// <param name="Value">A path, a tag, an owner id.</param>
/// <param name="Soft">Stale instead of dead.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Epoch">The owner's new epoch, for <c>owner</c>.</param>
/// <param name="Reason">For the log of the control plane.</param>
public sealed record Invalidation(
    string Kind, string Value, bool Soft = false, string? Owner = null, long? Epoch = null, string? Reason = null);
