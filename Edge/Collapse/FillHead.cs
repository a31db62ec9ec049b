using System.Collections.Immutable;
using System.Globalization;
using Flickr.Edge.Cache;
using Flickr.Edge.Conditions;
using Flickr.Edge.Fetch;
using Flickr.Edge.Headers;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Collapse;

/// <summary>
/// Reads off an answer what invalidations and access rules can name of it (<c>docs/wire.md</c>, Origin).
/// </summary>
internal static class FillHead
{
    private const int TagsMax = 128;
    private const int TagLengthMax = 256;

    /// <summary>The head of an object from its HTTP head.</summary>
    public static ObjectHead Of(FillOrder order, StoredHead http, InvalidationHorizon horizon) =>
        new(http, FactsOf(order.Site, order.Address, http, horizon), order.Class);

    /// <summary>What invalidations and access rules can name of an answer.</summary>
    public static ObjectFacts FactsOf(Site site, in ObjectFacts address, StoredHead http,
        InvalidationHorizon horizon)
    {
        var facts = address with
        {
            Tags = TagsOf(http.Headers, address.Host),
            IsPrivate = site.Access == SiteAccess.Token,
        };
        if (!site.IsPhotos)
        {
            return facts;
        }
        var owner = http.Headers.First("Flickr-Owner");
        var epoch = long.TryParse(http.Headers.First("Flickr-Owner-Epoch"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var stated) ? stated : 0;
        // What the origin calls public is believed only if it knew of the owner's last change: else a token
        // is asked for.
        var isPublic = http.Headers.First("Flickr-Visibility") == "public"
            && !(owner is not null && horizon.OwnerEpochCovers(owner, epoch));
        return facts with { Owner = owner, OwnerEpoch = epoch, IsPrivate = site.Access == SiteAccess.Token
            && !isPublic };
    }

    /// <summary>The marker that stands under the key without a variant.</summary>
    public static ObjectHead MarkerOf(ObjectHead head) => head with
    {
        Http = new StoredHead(0, HeaderBlock.Of(("Vary", head.Http.Headers.Joined("Vary") ?? "")),
            head.Http.RequestTime, head.Http.ResponseTime, default),
    };

    /// <summary>
    /// Whether the answer is the version that the address names (<c>v</c> = first 12 hex digits of the
    /// digest). Another one is passed on but never stored: it would be taken for the named one until its
    /// lifetime ends.
    /// </summary>
    public static bool IsVersion(FillOrder order, Exchange exchange) =>
        order.Version is not { } version || exchange.Status != 200
        || EntityTag.Parse(exchange.Headers.First("ETag")) is not { } tag
        || (version.Length > 0 && tag.Opaque.StartsWith(version, StringComparison.Ordinal));

    private static ImmutableArray<string> TagsOf(HeaderBlock headers, string host)
    {
        var tags = ImmutableArray.CreateBuilder<string>();
        Split(headers.Joined("Surrogate-Key"), [' ', ','], tags);
        Split(headers.Joined("Cache-Tag"), [','], tags);
        if (headers.Contains("Cache-Groups"))
        {
            foreach (var group in CacheGroups.Of(headers))
            {
                tags.Add(GroupTag(host, group));
            }
        }
        return tags.Count > TagsMax ? [.. tags.Take(TagsMax)] : tags.ToImmutable();
    }

    /// <summary>The tag of a cache group (RFC 9875): groups are per host.</summary>
    public static string GroupTag(string host, string group) => $"group:{host}:{group}";

    private static void Split(string? field, char[] separators, ImmutableArray<string>.Builder tags)
    {
        foreach (var tag in (field ?? "").Split(
            separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (tag.Length <= TagLengthMax)
            {
                tags.Add(tag);
            }
        }
    }
}
