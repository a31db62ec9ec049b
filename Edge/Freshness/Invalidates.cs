using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>What an unsafe request makes invalid (RFC 9111 section 4.4). Pure.</summary>
internal static class Invalidates
{
    /// <summary>
    /// The addresses (path and query) whose stored answers are invalid now: the target, and Location and
    /// Content-Location when they are of the same origin. Empty for safe methods and failed answers.
    /// </summary>
    public static IReadOnlyList<string> By(in RequestFacts request, int status, Uri target,
        HeaderBlock answer)
    {
        if (request.IsSafe || status is < 200 or > 399)
        {
            return [];
        }
        var addresses = new List<string> { target.PathAndQuery };
        AddSameOrigin(addresses, target, answer.First("Location"));
        AddSameOrigin(addresses, target, answer.First("Content-Location"));
        return addresses;
    }

    private static void AddSameOrigin(List<string> addresses, Uri target, string? reference)
    {
        // Another origin's addresses are not ours to drop: anybody could empty anybody's cache.
        if (reference is not null && Uri.TryCreate(target, reference, out var address)
            && address.Scheme == target.Scheme
            && address.Host.Equals(target.Host, StringComparison.OrdinalIgnoreCase)
            && address.Port == target.Port
            && !addresses.Contains(address.PathAndQuery))
        {
            addresses.Add(address.PathAndQuery);
        }
    }
}
