using System.Text;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Variants;

/// <summary>
/// The secondary key: what the fields that an answer varies on say in a request, normalised (RFC 9111 section
/// 4.1). Two requests with equal keys get the same stored answer.
/// </summary>
/// <param name="Canonical">Canonical text, empty when the answer does not vary: for each field <c>name</c> or
/// <c>name:value</c>, then a line feed.</param>
internal readonly record struct VariantKey(string Canonical)
{
    public static readonly VariantKey None = new("");

    /// <summary>The key of a request under a rule. Allocates nothing when the rule names no field.</summary>
    /// <param name="rule">The rule of the stored answer.</param>
    /// <param name="request">The fields of the request.</param>
    /// <param name="normalisesAccept">Accept becomes one of avif, webp, jpeg: for sites that serve pictures
    /// in a ladder of formats.</param>
    public static VariantKey For(VaryRule rule, IHeaderDictionary request, bool normalisesAccept = false)
    {
        if (rule.Fields.Count == 0)
        {
            return None;
        }
        var canonical = new StringBuilder();
        foreach (var name in rule.Fields)
        {
            canonical.Append(name);
            var values = request[name];
            if (name == "accept" && normalisesAccept)
            {
                canonical.Append(':').Append(FieldNormaliser.PictureFormat(values.ToString()));
            }
            else if (values.Count > 0)
            {
                canonical.Append(':').Append(Normalise(name, values));
            }
            canonical.Append('\n');
        }
        return new VariantKey(canonical.ToString());
    }

    private static string Normalise(string name, StringValues values) => name switch
    {
        "accept-encoding" => FieldNormaliser.Codings(values.ToString()),
        "accept-language" => FieldNormaliser.Languages(values.ToString()),
        _ => FieldNormaliser.List(values.ToString()),
    };
}
