namespace Flickr.Fleet.Streaming;

/// <summary>
/// How old the newest thing is that somebody vouched for. Content may be served while
/// <c>now - max(last heartbeat, vouched at) &lt;= bound</c>: a cut-off edge goes on for viewers whose backend
/// mints fresh
/// tokens, and fails closed for everyone else, so that no revocation is outrun by more than the bound.
/// </summary>
/// <remarks>
/// <para>A heartbeat counts from when it was sent, not from when it came: bytes may wait in a stalled
/// connection for
/// minutes. The first of a connection is credited with the moment before the connection was asked for (it
/// cannot be
/// older); each later one with the first plus the difference of the sender's two clock readings, capped at
/// now.</para>
/// <para>Thread-safe; reads take no lock.</para>
/// </remarks>
public sealed class Freshness(TimeProvider time)
{
    /// <summary>
    /// Clock difference past which private content waits for a person: half the story depends on the clock.
    /// </summary>
    public static readonly TimeSpan ClockOffsetMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BoundMax = TimeSpan.FromHours(1);
    private readonly Lock _hearing = new();
    private FreshnessBounds _bounds = FreshnessBounds.Default;
    private long _creditedAt = long.MinValue;
    private long _offsetMs;
    private long _connectedAt;
    private (long Stamp, long TimeMs)? _first;
    private long _lastTimeMs;

    /// <summary>The bounds in force.</summary>
    public FreshnessBounds Bounds => Volatile.Read(ref _bounds);

    /// <summary>Whether a heartbeat has been heard since this process began.</summary>
    public bool HasHeard => Volatile.Read(ref _creditedAt) != long.MinValue;

    /// <summary>This node's wall clock minus the control plane's, at the last heartbeat.</summary>
    public TimeSpan ClockOffset => TimeSpan.FromMilliseconds(Volatile.Read(ref _offsetMs));

    /// <summary>Time since the last heartbeat was sent; null before the first.</summary>
    public TimeSpan? Age
    {
        get
        {
            var credited = Volatile.Read(ref _creditedAt);
            return credited == long.MinValue ? null : time.GetElapsedTime(credited);
        }
    }

    /// <summary>A connection is about to be asked for.</summary>
    public void Begin()
    {
        lock (_hearing)
        {
            _connectedAt = time.GetTimestamp();
            _first = null;
            _lastTimeMs = long.MinValue;
        }
    }

    /// <summary>Takes the bounds of a hello; each between 1 s and 1 h (the cut-off up to 30 days).</summary>
    public void Use(HelloEvent hello) => Volatile.Write(ref _bounds, new FreshnessBounds(
        Clamp(hello.BoundPrivateMs, BoundMax), Clamp(hello.BoundPublicMs, BoundMax),
        Clamp(hello.CutOffMs, TimeSpan.FromDays(30))));

    /// <summary>
    /// Takes a heartbeat whose signature, term and head are right. False when its clock did not move on.
    /// </summary>
    public bool Hear(long timeMs)
    {
        lock (_hearing)
        {
            if (timeMs <= _lastTimeMs)
            {
                return false;
            }
            _lastTimeMs = timeMs;
            var now = time.GetTimestamp();
            _first ??= (_connectedAt, timeMs);
            var ticks = (timeMs - _first.Value.TimeMs) * time.TimestampFrequency / 1000;
            var credited = Math.Min(now, _first.Value.Stamp + ticks);
            Volatile.Write(ref _creditedAt, Math.Max(_creditedAt, credited));
            Volatile.Write(ref _offsetMs, time.GetUtcNow().ToUnixTimeMilliseconds() - timeMs);
            return true;
        }
    }

    /// <summary>
    /// Whether content may be served. <paramref name="vouchedAt"/>: private, the token's issue time; public,
    /// when the origin
    /// last confirmed the object. Nothing private before the first heartbeat of this process.
    /// </summary>
    public bool IsFreshFor(bool isPrivate, DateTimeOffset vouchedAt)
    {
        var bounds = Bounds;
        var heard = Age;
        var bound = isPrivate ? bounds.Private : bounds.Public;
        if (isPrivate && (heard is null || heard > bounds.CutOff || ClockOffset.Duration() > ClockOffsetMax))
        {
            return false;
        }
        return heard <= bound || time.GetUtcNow() - vouchedAt <= bound;
    }

    /// <summary>
    /// The whole question for one answer from the cache. A fresh token says that the viewer may, not that the
    /// photo is still
    /// there: bytes from the cache also need a recent word of the control plane or of the origin, private
    /// ones too.
    /// </summary>
    /// <param name="tokenIssuedAt">The token's issue time; null for public content.</param>
    /// <param name="confirmedAt">When the origin last confirmed the object, by a fill or a 304.</param>
    public FreshnessVerdict Judge(DateTimeOffset? tokenIssuedAt, DateTimeOffset confirmedAt)
    {
        if (tokenIssuedAt is { } issued && !IsFreshFor(isPrivate: true, issued))
        {
            return FreshnessVerdict.OutOfDate;
        }
        return IsFreshFor(isPrivate: false, confirmedAt) ? FreshnessVerdict.Fresh
            : FreshnessVerdict.Revalidate;
    }

    private static TimeSpan Clamp(long milliseconds, TimeSpan most) =>
        TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 1000, (long)most.TotalMilliseconds));
}
