namespace Flickr.Edge.Headers;

/// <summary>
/// One field line: the name as it was sent and its value without surrounding white space, one char a byte
/// (Latin-1).
/// </summary>
internal readonly record struct HeaderLine(string Name, string Value)
{
    /// <summary>Whether the line's field name is <paramref name="name"/>, in any letter case.</summary>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
