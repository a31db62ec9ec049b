namespace Flickr.Edge.Status;

/// <summary>Why a request went to the origin (RFC 9211 section 2.2).</summary>
internal enum ForwardReason
{
    /// <summary>It did not: a hit.</summary>
    None,
    Bypass,
    Method,
    UriMiss,
    VaryMiss,
    Miss,
    Request,
    Stale,
    Partial,
}

/// <summary>One member of a Cache-Status field (RFC 9211). Set what is known, then <see cref="ToString"/>.</summary>
internal readonly record struct CacheStatus
{
    /// <summary>Answered from store; excludes <see cref="Forward"/>.</summary>
    public bool IsHit { get; init; }
    public ForwardReason Forward { get; init; }

    /// <summary>Status the origin answered with; 0 when it did not.</summary>
    public int ForwardStatus { get; init; }

    /// <summary>Seconds of freshness left, negative when stale; null: not known.</summary>
    public long? TtlSeconds { get; init; }
    public bool IsStored { get; init; }
    public bool IsCollapsed { get; init; }

    /// <summary>A key to show, or null.</summary>
    public string? Key { get; init; }

    /// <summary>Tier or reason, e.g. <c>memory</c>, <c>disk</c>, <c>no-store</c>; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary>The member, e.g. <c>flickr; hit; ttl=59; detail=memory</c>.</summary>
    public override string ToString() => throw new NotImplementedException();
}
