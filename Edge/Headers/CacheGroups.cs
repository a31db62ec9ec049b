namespace Flickr.Edge.Headers;

/// <summary>Cache-Groups and Cache-Group-Invalidation (RFC 9875). Names are opaque and per origin: the pipeline adds the host. Pure.</summary>
internal static class CacheGroups
{
    /// <summary>Groups that one answer may name; more are left out.</summary>
    public const int GroupsMax = 128;

    /// <summary>The groups an answer belongs to; empty when it names none or the field cannot be read.</summary>
    public static IReadOnlyList<string> Of(HeaderBlock answer) => throw new NotImplementedException();

    /// <summary>The groups that the answer to an unsafe request makes invalid; empty for safe methods.</summary>
    public static IReadOnlyList<string> InvalidatedBy(in RequestFacts request, HeaderBlock answer) =>
        throw new NotImplementedException();
}
