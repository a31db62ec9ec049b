using Flickr.Edge.Cache;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Edge.Variants;

namespace Flickr.Edge.Collapse;

/// <summary>
/// A fill's outcome with what goes with it. Immutable but for the claim of an uncacheable answer.
/// </summary>
internal sealed class Landing
{
    private Exchange? _unclaimed;

    public required FillOutcome Outcome { get; init; }

    /// <summary>
    /// Head of <see cref="FillOutcome.Storing"/>, <see cref="FillOutcome.SharedError"/> and <see
    /// cref="FillOutcome.Revalidated"/>.
    /// </summary>
    public ObjectHead? Head { get; init; }

    /// <summary>
    /// Body of <see cref="FillOutcome.Storing"/> and <see cref="FillOutcome.SharedError"/>.
    /// </summary>
    public FlightBody? Body { get; init; }

    /// <summary>On what the answer varies.</summary>
    public VaryRule Vary { get; init; } = VaryRule.None;

    /// <summary>The variant of the request that was sent.</summary>
    public VariantKey Variant { get; init; } = VariantKey.None;

    /// <summary>Why the answer was not stored.</summary>
    public NoStoreReason Reason { get; init; }

    /// <summary>Whether a tier takes the body of <see cref="FillOutcome.Storing"/>, as far as can be told before its
    /// end: then <c>Cache-Status</c> says <c>stored</c>.</summary>
    public bool IsKept { get; init; }

    /// <summary>Why there is no answer.</summary>
    public FillFault Fault { get; init; }

    /// <summary>
    /// The upstream's <c>Age</c> as sent: a stored head has none, but who gets the answer first-hand hears
    /// it.
    /// </summary>
    public string? OriginAge { get; init; }

    /// <summary>Whether another edge gave the answer: its head is a stored one and has an age.</summary>
    public bool IsFromPeer { get; init; }

    /// <summary>Status the upstream answered with; 0 when it did not.</summary>
    public int ForwardStatus { get; init; }

    /// <summary>The answer that one caller may take over.</summary>
    public Exchange? Unclaimed
    {
        init => _unclaimed = value;
    }

    /// <summary>
    /// Takes the uncacheable answer over; null for everyone but the first. The caller disposes it.
    /// </summary>
    public Exchange? Claim() => Interlocked.Exchange(ref _unclaimed, null);
}
