namespace Flickr.Edge.Freshness;

/// <summary>Whether an answer is stored, why not, and for how long it may be used.</summary>
internal readonly record struct StoreDecision(NoStoreReason Reason, Lifetimes Lifetimes)
{
    public bool IsStored => Reason == NoStoreReason.None;
}
