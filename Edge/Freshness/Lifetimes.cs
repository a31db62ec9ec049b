using System.Buffers.Binary;

namespace Flickr.Edge.Freshness;

/// <summary>Where the lifetime of a stored answer came from; shown by <c>edge why</c>.</summary>
internal enum FreshnessSource : byte
{
    None,
    Targeted,
    SharedMaxAge,
    MaxAge,
    Expires,
    Heuristic,
    SiteDefault,
    SiteNegative,
}

/// <summary>
/// How long a stored answer may be used, worked out once from its fields and the site's rules, so that a hit
/// is only arithmetic. Immutable; the default value is "never without validation".
/// </summary>
/// <remarks>
/// Layout: freshFor, initialAge, staleWhileRevalidate, staleIfError as signed 64-bit milliseconds, then one
/// byte of flags (1 must-revalidate, 2 needs validation, 4 has a validator), then one byte of
/// <see cref="FreshnessSource"/>.
/// </remarks>
internal readonly record struct Lifetimes
{
    /// <summary>Bytes of the layout.</summary>
    public const int ByteCount = 34;

    /// <summary>
    /// Freshness lifetime (RFC 9111 section 4.2.1), from the moment the origin made the answer. Zero: stale
    /// at once.
    /// </summary>
    public TimeSpan FreshFor { get; init; }

    /// <summary>
    /// Corrected initial age at <c>ResponseTime</c> (RFC 9111 section 4.2.3): what other caches and the way
    /// have used up.
    /// </summary>
    public TimeSpan InitialAge { get; init; }

    /// <summary>
    /// How long after expiry it may be served while it is renewed behind (RFC 5861 section 3).
    /// </summary>
    public TimeSpan StaleWhileRevalidate { get; init; }

    /// <summary>How long after expiry it may be served when the origin fails (RFC 5861 section 4).</summary>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>
    /// Never served stale: must-revalidate, proxy-revalidate or s-maxage (RFC 9111 sections 4.2.4 and 5.2.2).
    /// </summary>
    public bool MustRevalidate { get; init; }

    /// <summary>Never served without validation, even fresh: no-cache.</summary>
    public bool NeedsValidation { get; init; }

    /// <summary>Whether it can be validated with a conditional request.</summary>
    public bool HasValidator { get; init; }

    public FreshnessSource Source { get; init; }

    internal void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Ms(FreshFor));
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Ms(InitialAge));
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Ms(StaleWhileRevalidate));
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Ms(StaleIfError));
        destination[32] = (byte)((MustRevalidate ? 1 : 0) | (NeedsValidation ? 2 : 0)
            | (HasValidator ? 4 : 0));
        destination[33] = (byte)Source;
    }

    internal static Lifetimes? ReadFrom(ReadOnlySpan<byte> source)
    {
        if (source.Length < ByteCount || source[32] > 7 || source[33] > (byte)FreshnessSource.SiteNegative)
        {
            return null;
        }
        for (var offset = 0; offset < 32; offset += 8)
        {
            // Milliseconds of a few hundred years: anything else is not our writing, and would overflow in
            // arithmetic.
            if (BinaryPrimitives.ReadInt64LittleEndian(source[offset..]) is < 0 or > (1L << 43))
            {
                return null;
            }
        }
        return new Lifetimes
        {
            FreshFor = Span(source),
            InitialAge = Span(source[8..]),
            StaleWhileRevalidate = Span(source[16..]),
            StaleIfError = Span(source[24..]),
            MustRevalidate = (source[32] & 1) != 0,
            NeedsValidation = (source[32] & 2) != 0,
            HasValidator = (source[32] & 4) != 0,
            Source = (FreshnessSource)source[33],
        };
    }

    private static long Ms(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMillisecond;

    private static TimeSpan Span(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(source) * TimeSpan.TicksPerMillisecond);
}
