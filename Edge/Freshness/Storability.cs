using System.Collections.Frozen;
using Flickr.Edge.Headers;
using Flickr.Edge.Ranges;
using Flickr.Edge.Variants;

namespace Flickr.Edge.Freshness;

/// <summary>
/// Whether an answer may be stored, and for how long (RFC 9111 sections 3 and 4.2.1). Pure.
/// </summary>
internal static class Storability
{
    /// <summary>Statuses whose meaning we know, as must-understand asks (RFC 9111 section 5.2.2.3).</summary>
    private static readonly FrozenSet<int> Understood = FrozenSet.ToFrozenSet(
    [
        200, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 410, 414, 415, 416,
        421, 422, 425, 429,
        431, 451, 500, 501, 502, 503, 504,
    ]);

    /// <summary>Statuses that may be given a guessed lifetime (RFC 9110 section 15.1).</summary>
    private static readonly FrozenSet<int> HeuristicallyCacheable = FrozenSet.ToFrozenSet(
        [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);

    /// <summary>
    /// Judges the head of an answer. <paramref name="answer"/> holds its fields as received.
    /// </summary>
    public static StoreDecision Judge(in RequestFacts request, int status, HeaderBlock answer,
        StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime)
    {
        var directives = CacheDirectives.Of(answer, rules.TargetedField);
        var reason = Forbids(request, status, answer, directives, rules);
        var lifetimes = LifetimesOf(status, answer, directives, rules, requestTime, responseTime);
        if (reason == NoStoreReason.None && !IsUseful(lifetimes))
        {
            reason = NoStoreReason.NoFreshness;
        }
        return new StoreDecision(reason, lifetimes);
    }

    /// <summary>
    /// The head to store for an answer that <see cref="Judge"/> said may be stored: without hop-by-hop
    /// fields, without those that <c>no-cache="…"</c> and <c>private="…"</c> name, without cookies when the
    /// site strips them, and without Age, which <see cref="Lifetimes.InitialAge"/> holds.
    /// </summary>
    public static StoredHead HeadToStore(int status, HeaderBlock answer, StoreRules rules,
        in Lifetimes lifetimes,
        DateTimeOffset requestTime, DateTimeOffset responseTime)
    {
        var connection = answer.Joined("Connection");
        var heldBack = CacheDirectives.Of(answer, rules.TargetedField).HeldBackFields;
        var headers = answer.Without(line => line.Is("Age") || HopByHop.Is(line.Name, connection)
            || (heldBack is not null && FieldSyntax.ListContains(heldBack, line.Name))
            || (rules.SetCookie == SetCookiePolicy.Strip && IsCookie(line)));
        return new StoredHead(status, headers, requestTime, responseTime, lifetimes);
    }

    private static NoStoreReason Forbids(in RequestFacts request, int status, HeaderBlock answer,
        in CacheDirectives directives,
        StoreRules rules)
    {
        if (!request.IsGet)
        {
            return NoStoreReason.Method;
        }
        if (status is < 200 or > 599 or 304 || (directives.MustUnderstand && !Understood.Contains(status)))
        {
            return NoStoreReason.Status;
        }
        if (status == 206 && !IsStorablePart(answer, rules))
        {
            return NoStoreReason.Partial;
        }
        // must-understand on a status we know outweighs no-store: that is there for caches that do not know
        // it (5.2.2.3).
        if (directives.NoStore && !directives.MustUnderstand)
        {
            return NoStoreReason.NoStore;
        }
        if (directives.Private)
        {
            return NoStoreReason.Private;
        }
        if (request.HasAuthorization && !directives.Public && !directives.MustRevalidate
            && directives.SharedMaxAge is null)
        {
            return NoStoreReason.Authorization;
        }
        if (rules.HonoursRequestDirectives && request.Directives.NoStore)
        {
            return NoStoreReason.RequestNoStore;
        }
        if (VaryRule.From(answer).IsStar)
        {
            return NoStoreReason.VaryStar;
        }
        return rules.SetCookie == SetCookiePolicy.Refuse && SetsCookieToStore(answer, directives)
            ? NoStoreReason.SetCookie
            : NoStoreReason.None;
    }

    private static Lifetimes LifetimesOf(int status, HeaderBlock answer, in CacheDirectives directives,
        StoreRules rules,
        DateTimeOffset requestTime, DateTimeOffset responseTime)
    {
        var hasDate = TryDate(answer, "Date", responseTime, out var date);
        date = hasDate ? date : responseTime;
        var (freshFor, source) = FreshFor(status, answer, directives, rules, date, responseTime);
        var mustRevalidate = directives.MustRevalidate || directives.ProxyRevalidate
            || directives.SharedMaxAge is not null;
        return new Lifetimes
        {
            FreshFor = freshFor,
            Source = source,
            InitialAge = InitialAge(answer, rules, date, requestTime, responseTime, freshFor),
            MustRevalidate = mustRevalidate,
            NeedsValidation = directives.NoCache,
            StaleWhileRevalidate = mustRevalidate ? default
                : Span(directives.StaleWhileRevalidate) ?? rules.DefaultStaleWhileRevalidate,
            StaleIfError = mustRevalidate ? default
                : Span(directives.StaleIfError) ?? rules.DefaultStaleIfError,
            HasValidator = !string.IsNullOrEmpty(answer.First("ETag"))
                || TryDate(answer, "Last-Modified", responseTime, out _),
        };
    }

    private static (TimeSpan, FreshnessSource) FreshFor(int status, HeaderBlock answer,
        in CacheDirectives directives,
        StoreRules rules, DateTimeOffset date, DateTimeOffset responseTime)
    {
        if (directives.SharedMaxAge is { } shared)
        {
            return (TimeSpan.FromSeconds(shared), directives.IsTargeted ? FreshnessSource.Targeted
                : FreshnessSource.SharedMaxAge);
        }
        if (directives.MaxAge is { } maxAge)
        {
            return (TimeSpan.FromSeconds(maxAge), directives.IsTargeted ? FreshnessSource.Targeted
                : FreshnessSource.MaxAge);
        }
        if (!directives.IsTargeted && answer.Contains("Expires"))
        {
            var left = TryDate(answer, "Expires", responseTime, out var expires) ? expires - date
                : TimeSpan.Zero;
            return (Bound(left, TimeSpan.FromSeconds(FieldSyntax.DeltaSecondsMax)), FreshnessSource.Expires);
        }
        if (directives.NoCache)
        {
            return (TimeSpan.Zero, FreshnessSource.None);
        }
        if (rules.Heuristics && (HeuristicallyCacheable.Contains(status) || directives.Public)
            && TryDate(answer, "Last-Modified", responseTime, out var lastModified))
        {
            return (Bound((date - lastModified) / 10, rules.HeuristicMax), FreshnessSource.Heuristic);
        }
        if (rules.NegativeFreshFor.TryGetValue(status, out var negative))
        {
            return (negative, FreshnessSource.SiteNegative);
        }
        return status == 200 && rules.DefaultFreshFor > TimeSpan.Zero
            ? (rules.DefaultFreshFor, FreshnessSource.SiteDefault)
            : (TimeSpan.Zero, FreshnessSource.None);
    }

    /// <summary>
    /// Corrected initial age (RFC 9111 section 4.2.3). The apparent age counts in whole seconds, as Date
    /// does: else every answer would be up to a second old at birth.
    /// </summary>
    private static TimeSpan InitialAge(HeaderBlock answer, StoreRules rules, DateTimeOffset date,
        DateTimeOffset requestTime,
        DateTimeOffset responseTime, TimeSpan freshFor)
    {
        var apparent = TimeSpan.FromSeconds(Math.Max(0, Math.Floor((responseTime - date).TotalSeconds)));
        var delay = responseTime > requestTime ? responseTime - requestTime : TimeSpan.Zero;
        var age = AgeOf(answer, rules.MalformedAge);
        var corrected = (age is null ? freshFor : TimeSpan.FromSeconds(age.Value)) + delay;
        return Bound(apparent > corrected ? apparent : corrected,
            TimeSpan.FromSeconds(FieldSyntax.DeltaSecondsMax));
    }

    /// <summary>
    /// The seconds of the Age field, 0 without one; null: the answer is to be taken as stale.
    /// </summary>
    private static long? AgeOf(HeaderBlock answer, MalformedAge malformed)
    {
        if (answer.Joined("Age") is not { } field)
        {
            return 0;
        }
        var rest = field.AsSpan();
        FieldSyntax.TakeMember(ref rest, out var first);
        var isNumber = FieldSyntax.TryDeltaSeconds(first, out var seconds);
        if (malformed == MalformedAge.Stale
            && (!isNumber || answer.CountOf("Age") > 1 || IsSaidAgain(first, rest)))
        {
            return null;
        }
        return isNumber ? seconds : 0;
    }

    /// <summary>
    /// One age twice on a line: two lines that somebody on the way has joined. A list of different ages was written
    /// as a list, and there the first member counts (RFC 9111 section 5.1).
    /// </summary>
    private static bool IsSaidAgain(ReadOnlySpan<char> first, ReadOnlySpan<char> rest)
    {
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            if (member.SequenceEqual(first))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Whether a stored answer could ever be used: fresh, or in some grace, or renewed by a condition.
    /// </summary>
    private static bool IsUseful(in Lifetimes lifetimes)
    {
        if (lifetimes.HasValidator)
        {
            return true;
        }
        var longest = lifetimes.StaleWhileRevalidate > lifetimes.StaleIfError
            ? lifetimes.StaleWhileRevalidate
            : lifetimes.StaleIfError;
        return !lifetimes.NeedsValidation && lifetimes.FreshFor + longest > lifetimes.InitialAge;
    }

    /// <summary>
    /// A part of known place, of one range. Combining it with others asks for more (see
    /// <see cref="ContentRange"/>).
    /// </summary>
    private static bool IsStorablePart(HeaderBlock answer, StoreRules rules) =>
        rules.StoresPartial && ContentRange.Parse(answer.Joined("Content-Range")) is { Complete: >= 0 }
        && answer.First("Content-Type")?.StartsWith("multipart/byteranges",
        StringComparison.OrdinalIgnoreCase) != true;

    private static bool SetsCookieToStore(HeaderBlock answer, in CacheDirectives directives)
    {
        foreach (var line in answer.Lines)
        {
            if (IsCookie(line) && !(directives.HeldBackFields is { } held
                && FieldSyntax.ListContains(held, line.Name)))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsCookie(HeaderLine line) => line.Is("Set-Cookie") || line.Is("Set-Cookie2");

    private static bool TryDate(HeaderBlock answer, string name, DateTimeOffset now,
        out DateTimeOffset date) =>
        HttpDate.TryParse(answer.Joined(name), now, out date);

    private static TimeSpan? Span(long? seconds) =>
        seconds is null ? null : TimeSpan.FromSeconds(seconds.Value);

    private static TimeSpan Bound(TimeSpan span, TimeSpan max) =>
        span < TimeSpan.Zero ? TimeSpan.Zero : span > max ? max : span;
}
