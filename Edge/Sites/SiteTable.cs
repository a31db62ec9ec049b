using System.Collections.Frozen;

namespace Flickr.Edge.Sites;

/// <summary>All sites as one immutable snapshot. Swapped whole on reload.</summary>
internal sealed class SiteTable
{
    private readonly FrozenDictionary<string, Site> _byHost;
    private readonly FrozenDictionary<string, Site>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly Site? _any;

    private SiteTable(IReadOnlyList<Site> sites)
    {
        Sites = sites;
        _any = sites.FirstOrDefault(site => site.Host == "*");
        _byHost = sites.Where(site => site.Host != "*").ToFrozenDictionary(site => site.Host,
            StringComparer.OrdinalIgnoreCase);
        _bySpan = _byHost.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyList<Site> Sites { get; }

    /// <summary>The site of a <c>Host</c> header (port ignored, letter case too), or null.</summary>
    public Site? Find(ReadOnlySpan<char> hostHeader)
    {
        if (_byHost.Count > 0)
        {
            var colon = hostHeader.LastIndexOf(':');
            var name = colon > hostHeader.LastIndexOf(']') ? hostHeader[..colon] : hostHeader;
            if (_bySpan.TryGetValue(name, out var site))
            {
                return site;
            }
        }
        return _any;
    }

    /// <summary>
    /// Judges the settings. Returns null and the faults when a single one is wrong: nothing is half applied.
    /// </summary>
    public static SiteTable? TryBuild(SitesOptions options, out IReadOnlyList<string> faults)
    {
        var found = new List<string>();
        var sites = new List<Site>();
        if (options.Sites.Length is 0 or > 1000)
        {
            found.Add($"Edge:Sites: 1 to 1000 sites are needed, there are {options.Sites.Length}");
        }
        var hosts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Sites.Length; i++)
        {
            var path = $"Edge:Sites:{i}";
            if (Site.TryBuild(options.Sites[i], path, found) is { } site)
            {
                sites.Add(site);
            }
            if (!hosts.Add(options.Sites[i].Host))
            {
                found.Add($"{path}:Host: '{options.Sites[i].Host}' is taken by an earlier site");
            }
        }
        faults = found;
        return found.Count == 0 ? new SiteTable(sites) : null;
    }
}
