using Flickr.Fleet.Streaming;

namespace Flickr.ControlPlane.Log;

/// <summary>An unchanging view of the log's end.</summary>
/// <param name="Term">The term.</param>
/// <param name="Head">The last sequence.</param>
/// <param name="KeysVersion">The verify bundle's version.</param>
/// <param name="Recent">The last entries without a gap, ending at <paramref name="Head"/>.</param>
/// <param name="Beat">The last heartbeat; null before the first.</param>
/// <param name="MemberBeat">The same, signed for members.</param>
internal sealed record TailView(
    long Term, long Head, long KeysVersion, InvalidationEntry[] Recent, HeartbeatEvent? Beat,
    HeartbeatEvent? MemberBeat = null)
{
    /// <summary>Before the first look.</summary>
    public static TailView Nothing { get; } = new(0, 0, 0, [], null);

    /// <summary>The entries after a sequence; null when they are no longer in memory.</summary>
    public ArraySegment<InvalidationEntry>? After(long sequence)
    {
        if (sequence >= Head)
        {
            return ArraySegment<InvalidationEntry>.Empty;
        }
        var missing = Head - sequence;
        return missing <= Recent.Length
            ? new ArraySegment<InvalidationEntry>(Recent, Recent.Length - (int)missing, (int)missing)
            : (ArraySegment<InvalidationEntry>?)null;
    }

    /// <summary>The view after a look; the same object when nothing moved.</summary>
    public TailView With(LogState state, InvalidationEntry[] fresh, int recentMax)
    {
        if (state.Head == Head && state.Term == Term && state.KeysVersion == KeysVersion)
        {
            return this;
        }
        // Entries that do not join on begin anew: streams that are further behind read the database.
        var joins = fresh.Length == 0 || fresh[0].Sequence == Head + 1;
        InvalidationEntry[] recent = joins ? [.. Recent, .. fresh] : fresh;
        return new TailView(state.Term, state.Head, state.KeysVersion,
            recent.Length > recentMax ? recent[^recentMax..] : recent, Beat, MemberBeat);
    }
}
