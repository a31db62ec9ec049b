using System.Collections.Frozen;

namespace Flickr.Edge.Freshness;

/// <summary>What a site does with an answer that sets cookies.</summary>
internal enum SetCookiePolicy
{
    /// <summary>
    /// The answer is not stored. The default: a cookie stored by mistake is somebody's session given to
    /// everybody.
    /// </summary>
    Refuse,

    /// <summary>The answer is stored without its cookies.</summary>
    Strip,

    /// <summary>The answer is stored and replayed as it is.</summary>
    Store,
}

/// <summary>What a malformed Age field does to an answer.</summary>
internal enum MalformedAge
{
    /// <summary>
    /// The first member counts; when that is no whole number, the field is ignored (RFC 9111 section 5.1).
    /// The default.
    /// </summary>
    Ignored,

    /// <summary>
    /// The answer is taken to be stale when the field is no whole number, stands on two lines, or says one age
    /// twice: the older reading, safer with caches behind us that write nonsense.
    /// </summary>
    Stale,
}

/// <summary>
/// The rules by which one class of one site stores answers. Immutable. There is no hidden default: a site
/// names its rules.
/// </summary>
internal sealed record StoreRules
{
    /// <summary>
    /// Whether an answer with only a Last-Modified may be given a guessed lifetime (RFC 9111 section 4.2.2).
    /// </summary>
    public bool Heuristics { get; init; }

    /// <summary>Upper bound of a guessed lifetime.</summary>
    public TimeSpan HeuristicMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Lifetime of a 200 that names none; zero: such an answer is only stored when it can be validated.
    /// </summary>
    public TimeSpan DefaultFreshFor { get; init; }

    /// <summary>Lifetime by status of an answer that names none, e.g. 404: two seconds.</summary>
    public FrozenDictionary<int, TimeSpan> NegativeFreshFor { get; init; } = FrozenDictionary<int,
        TimeSpan>.Empty;

    /// <summary>Grace of an answer that names no stale-while-revalidate.</summary>
    public TimeSpan DefaultStaleWhileRevalidate { get; init; }

    /// <summary>
    /// How long an answer that names no stale-if-error may be served when the origin cannot be reached or
    /// errs.
    /// </summary>
    public TimeSpan DefaultStaleIfError { get; init; }

    /// <summary>
    /// How long past its end an answer may stand in for an origin that cannot be reached at all or stays
    /// silent, whatever it says of stale-if-error (RFC 9111 section 4.2.4: "disconnected"); never against
    /// must-revalidate and its like.
    /// </summary>
    public TimeSpan StaleWhenUnreachable { get; init; }

    public SetCookiePolicy SetCookie { get; init; }

    /// <summary>What an Age that is no whole number, or is said twice, does.</summary>
    public MalformedAge MalformedAge { get; init; }

    /// <summary>Whether a 206 may be stored (and later completed). Off: only whole answers are.</summary>
    public bool StoresPartial { get; init; }

    /// <summary>
    /// A targeted field of our own that wins over <c>CDN-Cache-Control</c> (RFC 9213), or null for none.
    /// </summary>
    public string? TargetedField { get; init; }

    /// <summary>
    /// Whether the directives of a request (no-cache, max-age, only-if-cached …) count. Off: a client cannot
    /// make us work.
    /// </summary>
    public bool HonoursRequestDirectives { get; init; }
}
