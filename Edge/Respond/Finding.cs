using Flickr.Edge.Freshness;

namespace Flickr.Edge.Respond;

/// <summary>What may be done with a stored object for one request.</summary>
/// <param name="Judgement">Reuse by age.</param>
/// <param name="IsServed">It answers now.</param>
/// <param name="RenewsBehind">It answers in grace: a fill renews it.</param>
/// <param name="IsDead">A hard invalidation covers it: it is not even a reason to ask conditionally.</param>
/// <param name="Refusal">It would answer, but not this request.</param>
internal readonly record struct Finding(
    ReuseJudgement Judgement, bool IsServed, bool RenewsBehind, bool IsDead, Problem? Refusal);
