using Flickr.Edge.Headers;

namespace Flickr.Edge.Freshness;

/// <summary>What an unsafe request makes invalid (RFC 9111 section 4.4). Pure.</summary>
internal static class Invalidates
{
    /// <summary>
    /// The addresses whose stored answers are stale now: the target, and Location and Content-Location when they are of the
    /// same origin. Empty for safe methods and failed answers. Path and query as on the wire.
    /// </summary>
    public static IReadOnlyList<string> By(string method, int status, Uri target, HeaderBlock answer) =>
        throw new NotImplementedException();
}
