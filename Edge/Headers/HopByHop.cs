namespace Flickr.Edge.Headers;

/// <summary>Fields that end at the next hop (RFC 9110 section 7.6.1): the fixed ones, and those that Connection names. Pure.</summary>
internal static class HopByHop
{
    /// <summary>The block without hop-by-hop fields; the block itself when it has none.</summary>
    public static HeaderBlock Strip(HeaderBlock headers) => throw new NotImplementedException();

    /// <summary>Whether the field ends at the next hop. <paramref name="connection"/>: the joined Connection lines, or null.</summary>
    public static bool Is(string name, string? connection) => throw new NotImplementedException();
}
