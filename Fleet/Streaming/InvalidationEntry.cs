using Flickr.Fleet.Invalidations;

namespace Flickr.Fleet.Streaming;

/// <summary>An invalidation as the wire writes it.</summary>
public sealed record InvalidationEntry(long Sequence, long AtMs, string Kind, string Value, bool Soft,
    long? Epoch)
{
    /// <summary>From the log to the wire.</summary>
    public static InvalidationEntry Of(Invalidation invalidation) => new(
        invalidation.Sequence, invalidation.At.ToUnixTimeMilliseconds(), KindNames.Of(invalidation.Kind),
        invalidation.Value, invalidation.Soft, invalidation.Epoch);

    /// <summary>
    /// From the wire. A kind of a newer control plane is taken as a hard <see cref="InvalidationKind.All"/>:
    /// what an edge
    /// does not understand must not leave anything standing.
    /// </summary>
    public Invalidation ToInvalidation()
    {
        var known = KindNames.TryParse(Kind, out var kind);
        return new Invalidation(
            Sequence, DateTimeOffset.FromUnixTimeMilliseconds(AtMs), known ? kind : InvalidationKind.All,
            Value, known && Soft, Epoch: Epoch);
    }
}
