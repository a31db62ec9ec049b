namespace Flickr.Fleet.Invalidations;

/// <summary>
/// One numbered entry of the control plane's log: an order to stop serving what was filled, or minted, before
/// it.
/// </summary>
/// <param name="Sequence">Its number; numbers rise by one in commit order.</param>
/// <param name="At">When it was committed, by the control plane's clock.</param>
/// <param name="Kind">What <paramref name="Value"/> names.</param>
/// <param name="Value">The named thing; empty for <see cref="InvalidationKind.All"/>.</param>
/// <param name="Soft">Objects become stale instead of dead. Has no effect on tokens.</param>
/// <param name="Owner">The owner on whose behalf it was posted, for the record; null when unknown.</param>
/// <param name="Epoch">The owner's new epoch; only for <see cref="InvalidationKind.Owner"/>.</param>
/// <param name="Reason">Free text for people; never on the stream.</param>
public sealed record Invalidation(
    long Sequence,
    DateTimeOffset At,
    InvalidationKind Kind,
    string Value,
    bool Soft = false,
    string? Owner = null,
    long? Epoch = null,
    string? Reason = null);
