using Flickr.Edge.Headers;

namespace Flickr.Edge.Variants;

/// <summary>The Vary of a stored answer: which request fields chose it. Immutable.</summary>
internal sealed class VaryRule
{
    /// <summary>
    /// Fields that one answer may vary on; more are taken as a star: nobody could match them twice.
    /// </summary>
    public const int FieldsMax = 16;

    /// <summary>The answer does not vary.</summary>
    public static readonly VaryRule None = new(false, []);

    private static readonly VaryRule Star = new(true, []);

    private VaryRule(bool isStar, string[] fields) => (IsStar, Fields) = (isStar, fields);

    /// <summary>A star stands anywhere in the list: no request matches.</summary>
    public bool IsStar { get; }

    /// <summary>Field names in lower case, sorted, each once.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Reads all Vary lines of an answer. A member that is no token is as good as a star.</summary>
    public static VaryRule From(HeaderBlock answer)
    {
        if (answer.Joined("Vary") is not { } vary)
        {
            return None;
        }
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var rest = vary.AsSpan();
        while (FieldSyntax.TakeMember(ref rest, out var member))
        {
            if (member is "*" || !FieldSyntax.IsToken(member) || names.Count == FieldsMax)
            {
                return Star;
            }
            names.Add(member.ToString().ToLowerInvariant());
        }
        return names.Count == 0 ? None : new VaryRule(false, [.. names]);
    }

    /// <summary>Whether both name the same fields.</summary>
    public bool IsSameAs(VaryRule other) => IsStar == other.IsStar && Fields.SequenceEqual(other.Fields);
}
