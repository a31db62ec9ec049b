using Flickr.Edge.Headers;
using Flickr.Edge.Keying;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Sites;

/// <summary>
/// Reads a request by its site's rules: class, what of the query counts, what the upstream is asked, the key.
/// </summary>
internal static class RequestReader
{
    /// <summary>Makes the pipeline's request of a canonical target.</summary>
    public static EdgeRequest Read(
        HttpContext context, Site site, string host, string rawTarget, CanonicalTarget target, long startedAt)
    {
        var address = AddressOf(site, host, rawTarget, target);
        return new EdgeRequest(context, site, host, target, startedAt)
        {
            Class = address.Class,
            Facts = RequestFacts.From(context.Request),
            UpstreamTarget = address.UpstreamTarget,
            Version = address.Version,
            Address = address.Facts,
            PrimaryKey = address.Key,
            Key = address.Key,
        };
    }

    /// <summary>What a host and a target alone say, whoever asks.</summary>
    public static AskedAddress AddressOf(Site site, string host, string rawTarget, CanonicalTarget target)
    {
        var path = target.Path.Value;
        var upstream = site.IsPhotos ? path : site.Access == SiteAccess.Public ? rawTarget
            : WithoutTokens(target);
        return new AskedAddress(ClassOf(site, target.Path), upstream,
            site.IsPhotos ? target.FirstValue("v") : null,
            new ObjectFacts(host, path, default, null, 0, false),
            KeyMaker.Primary(host, path, KeyQueryOf(site, target, upstream)));
    }

    /// <summary>
    /// The class of a path (<c>docs/wire.md</c>, Paths): by its third segment, or <c>album.json</c> as its
    /// third.
    /// </summary>
    internal static ObjectClass ClassOf(Site site, CanonicalPath path)
    {
        if (!site.IsPhotos)
        {
            return ObjectClass.Plain;
        }
        return path.SegmentCount switch
        {
            3 when path.Segment(2).SequenceEqual("album.json") => ObjectClass.Metadata,
            >= 4 when path.Segment(2).SequenceEqual("original") => ObjectClass.Original,
            >= 4 when path.Segment(2).SequenceEqual("thumbnail") => ObjectClass.Thumb,
            >= 4 => ObjectClass.Rendition,
            _ => ObjectClass.Plain,
        };
    }

    private static string KeyQueryOf(Site site, CanonicalTarget target, string upstream)
    {
        if (site.IsWholeQueryKey)
        {
            var mark = upstream.IndexOf('?', StringComparison.Ordinal);
            return mark < 0 ? "" : upstream[mark..];
        }
        if (target.Query.Count == 0)
        {
            return "";
        }
        // One plain loop per name: a handful of names, a handful of pairs.
        var query = "";
        foreach (var name in site.KeyQuery)
        {
            foreach (var pair in target.Query)
            {
                if (pair.Name == name)
                {
                    query = query.Length == 0 ? $"?{name}={pair.Value}" : $"{query}&{name}={pair.Value}";
                }
            }
        }
        return query;
    }

    /// <summary>What another edge is asked for the same key: path and query, without tokens.</summary>
    public static string PeerTargetOf(EdgeRequest request) =>
        request.Site.IsPhotos ? WithoutTokens(request.Target) : request.UpstreamTarget;

    private static string WithoutTokens(CanonicalTarget target)
    {
        var kept = target.Query.Where(pair => !TokenCarrier.IsTokenParameter(pair.Name))
            .Select(pair => pair.Value.Length == 0 ? pair.Name : $"{pair.Name}={pair.Value}");
        var query = string.Join('&', kept);
        return query.Length == 0 ? target.Path.Value : $"{target.Path.Value}?{query}";
    }
}
