namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Numbers that hold for everything: <c>all</c> invalidations, and what full tables have forgotten into.
/// </summary>
/// <param name="AllHard">Last hard <c>all</c>.</param>
/// <param name="AllSoft">Last soft <c>all</c>.</param>
/// <param name="Dead">Objects filled before this sequence are dead.</param>
/// <param name="OwnerEpoch">Owners that the table does not know are taken to have at least this
/// epoch.</param>
/// <param name="IssuedMs">Tokens issued before this instant are refused.</param>
/// <param name="EveryKey">More keys are revoked than can be remembered: no key is trusted.</param>
internal sealed record HorizonFloors(
    long AllHard, long AllSoft, long Dead, long OwnerEpoch, long IssuedMs, bool EveryKey)
{
    /// <summary>Nothing covered yet.</summary>
    public static HorizonFloors None { get; } = new(0, 0, 0, 0, long.MinValue, false);

    /// <summary>The stricter of both, number by number.</summary>
    public HorizonFloors With(HorizonFloors other) => new(
        Math.Max(AllHard, other.AllHard), Math.Max(AllSoft, other.AllSoft), Math.Max(Dead, other.Dead),
        Math.Max(OwnerEpoch, other.OwnerEpoch), Math.Max(IssuedMs, other.IssuedMs), EveryKey
            || other.EveryKey);
}
