using Flickr.Edge.Headers;

namespace Flickr.Edge.Variants;

/// <summary>The Vary of a stored answer: which request fields chose it. Immutable.</summary>
internal sealed class VaryRule
{
    /// <summary>The answer does not vary.</summary>
    public static readonly VaryRule None = new(false, []);

    private VaryRule(bool isStar, string[] fields) => (IsStar, Fields) = (isStar, fields);

    /// <summary>A star stands anywhere in the list: no request matches.</summary>
    public bool IsStar { get; }

    /// <summary>Field names in lower case, sorted, each once.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Reads all Vary lines of an answer.</summary>
    public static VaryRule From(HeaderBlock answer) => throw new NotImplementedException();
}
