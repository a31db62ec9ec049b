using Flickr.Edge.Headers.Structured;

namespace Flickr.Edge.Headers;

/// <summary>
/// Cache-Groups and Cache-Group-Invalidation (RFC 9875). Names are opaque and per origin: the pipeline adds
/// the host. Pure.
/// </summary>
internal static class CacheGroups
{
    /// <summary>Groups that one answer may name; more are left out.</summary>
    public const int GroupsMax = 128;

    /// <summary>
    /// The groups an answer belongs to; empty when it names none or the field cannot be read.
    /// </summary>
    public static IReadOnlyList<string> Of(HeaderBlock answer) => Parse(answer.Joined("Cache-Groups"));

    /// <summary>
    /// The groups that the answer to an unsafe request makes invalid; empty for safe methods.
    /// </summary>
    public static IReadOnlyList<string> InvalidatedBy(in RequestFacts request, HeaderBlock answer) =>
        request.IsSafe ? [] : Parse(answer.Joined("Cache-Group-Invalidation"));

    private static List<string> Parse(string? field)
    {
        var groups = new List<string>();
        if (field is null || StructuredField.ParseList(field) is not { } members)
        {
            return groups;
        }
        foreach (var member in members)
        {
            // A member that is no String names no group. The others count: a purge that reaches too little is
            // the worse mistake.
            if (!member.IsInnerList && member.Item.Kind == BareItemKind.String && groups.Count < GroupsMax)
            {
                groups.Add(member.Item.Text);
            }
        }
        return groups;
    }
}
