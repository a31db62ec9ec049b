using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Flickr.Edge.Headers;
using Flickr.Edge.Headers.Structured;

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

/// <summary>
/// One member of a Cache-Status field (RFC 9211). Set what is known, then <see cref="ToString"/>.
/// </summary>
internal readonly record struct CacheStatus
{
    /// <summary>The name under which the edge speaks.</summary>
    public const string CacheName = "flickr";

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
    public override string ToString()
    {
        var text = new StringBuilder(CacheName, 64);
        if (IsHit)
        {
            text.Append("; hit");
        }
        else if (Forward != ForwardReason.None)
        {
            text.Append("; fwd=").Append(Token(Forward));
            AppendNumber(text, "; fwd-status=", ForwardStatus == 0 ? null : ForwardStatus);
        }
        AppendNumber(text, "; ttl=", TtlSeconds);
        text.Append(IsStored && !IsHit ? "; stored" : "");
        text.Append(IsCollapsed && !IsHit ? "; collapsed" : "");
        if (Key is not null)
        {
            text.Append("; key=");
            AppendString(text, Key);
        }
        if (Detail is not null)
        {
            text.Append("; detail=");
            AppendDetail(text, Detail);
        }
        return text.ToString();
    }

    /// <summary>Writes the member of a fresh hit in RAM as bytes; returns how many (at most 64).</summary>
    public static int WriteMemoryHit(Span<byte> destination, long ttlSeconds)
    {
        var before = "flickr; hit; ttl="u8;
        var behind = "; detail=memory"u8;
        before.CopyTo(destination);
        Utf8Formatter.TryFormat(ttlSeconds, destination[before.Length..], out var digits);
        behind.CopyTo(destination[(before.Length + digits)..]);
        return before.Length + digits + behind.Length;
    }

    private static string Token(ForwardReason reason) => reason switch
    {
        ForwardReason.Bypass => "bypass",
        ForwardReason.Method => "method",
        ForwardReason.UriMiss => "uri-miss",
        ForwardReason.VaryMiss => "vary-miss",
        ForwardReason.Request => "request",
        ForwardReason.Stale => "stale",
        ForwardReason.Partial => "partial",
        _ => "miss",
    };

    private static void AppendNumber(StringBuilder text, string name, long? number)
    {
        if (number is { } value)
        {
            text.Append(name).Append(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A detail is a token where it can be one, else a string.</summary>
    private static void AppendDetail(StringBuilder text, string detail)
    {
        if (FieldSyntax.IsToken(detail) && char.IsAsciiLetter(detail[0]))
        {
            text.Append(detail);
            return;
        }
        AppendString(text, detail);
    }

    /// <summary>
    /// As a String; what cannot stand in one (not printable ASCII) becomes a question mark.
    /// </summary>
    private static void AppendString(StringBuilder text, string value) =>
        StructuredFieldWriter.Append(text,
        BareItem.OfString(string.Concat(value.Select(c => c is < ' ' or > '~' ? '?' : c))));
}
