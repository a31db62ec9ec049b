using Flickr.Edge.Freshness;

namespace Flickr.Edge.Respond;

/// <summary>What may be done with a stored object for one request.</summary>
/// <param name="Judgement">Reuse by age.</param>
/// <param name="IsServed">It answers now.</param>
/// <param name="RenewsBehind">It answers in grace: a fill renews it.</param>
/// <param name="IsDead">A hard invalidation covers it: it is not even a reason to ask conditionally.</param>
/// <param name="Refusal">It would answer, but not this request.</param>
internal readonly record struct Finding(
    ReuseJudgement Judgement, bool IsServed, bool RenewsBehind, bool IsDead, Problem? Refusal)
{
    /// <summary>Whole seconds of freshness left, as Cache-Status states them.</summary>
    public long TtlSeconds => (long)Math.Floor(Judgement.Ttl.TotalSeconds);

    /// <summary>It answers now and is fresh: a hit, with nothing to be done behind it.</summary>
    public bool IsPlainHit => Refusal is null && IsServed && !RenewsBehind
        && Judgement.Verdict == ReuseVerdict.Fresh;
}
