namespace Flickr.Edge.Variants;

/// <summary>
/// The secondary key: what the fields that an answer varies on say in a request, normalised (RFC 9111 section 4.1). Two requests
/// with equal keys get the same stored answer.
/// </summary>
/// <param name="Canonical">Canonical text, empty when the answer does not vary.</param>
internal readonly record struct VariantKey(string Canonical)
{
    public static readonly VariantKey None = new("");

    /// <summary>The key of a request under a rule.</summary>
    /// <param name="rule">The rule of the stored answer.</param>
    /// <param name="request">The fields of the request.</param>
    /// <param name="normalisesAccept">Accept becomes one of avif, webp, jpeg: for sites that serve pictures in a ladder of formats.</param>
    public static VariantKey For(VaryRule rule, IHeaderDictionary request, bool normalisesAccept = false) =>
        throw new NotImplementedException();
}
