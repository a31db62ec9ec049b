using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Sites;

/// <summary>One site, judged and immutable. A request reads it once and keeps it to its end.</summary>
internal sealed class Site
{
    private readonly ImmutableArray<ClassRule> _classes;

    private Site(SiteOptions options, ImmutableArray<Uri> upstreams)
    {
        Host = options.Host;
        Upstreams = upstreams;
        // The name holds the replicas: changed replicas are another cluster, and requests in flight keep the
        // old one.
        ClusterId = $"{options.Host}#{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(
            string.Join(' ', upstreams) + ' ' + options.HealthPath)):x16}";
        Access = options.Access;
        IsPhotos = options.Layout == SiteLayout.Photos
            || (options.Layout == SiteLayout.Auto && options.Access == SiteAccess.Token);
        var keyQuery = options.KeyQuery ?? (IsPhotos ? ["v"] : ["*"]);
        IsWholeQueryKey = keyQuery.Contains("*", StringComparer.Ordinal);
        KeyQuery = [.. keyQuery.Where(name => name != "*").Order(StringComparer.Ordinal)];
        ForwardHost = options.ForwardHost;
        HealthPath = options.HealthPath;
        ErrorLifetime = options.ErrorLifetime;
        BrowserLifetimeMax = options.BrowserLifetimeMax;
        OriginFields = new OriginHeaders(options.OriginFields ?? (IsPhotos ? [] : ["*"]));
        var classes = options.Classes;
        _classes = [.. new[] { classes.Plain, classes.Thumb, classes.Rendition, classes.Original,
            classes.Metadata }
            .Select(rule => RuleOf(options, rule))];
    }

    /// <summary>Configured host, lower case without port, or <c>*</c>.</summary>
    public string Host { get; }

    /// <summary>Replicas, in the order of the settings.</summary>
    public ImmutableArray<Uri> Upstreams { get; }

    /// <summary>Name of the cluster that holds the replicas.</summary>
    public string ClusterId { get; }

    public SiteAccess Access { get; }

    /// <summary>
    /// Whether paths follow <c>/user/album/resolution/file</c> and upstreams are our own origins.
    /// </summary>
    public bool IsPhotos { get; }

    /// <summary>Whether the query as sent is part of the key.</summary>
    public bool IsWholeQueryKey { get; }

    /// <summary>Query parameters that are part of the key, sorted; empty when the whole query is.</summary>
    public ImmutableArray<string> KeyQuery { get; }

    public bool ForwardHost { get; }

    public string HealthPath { get; }

    public TimeSpan ErrorLifetime { get; }

    public TimeSpan BrowserLifetimeMax { get; }

    /// <summary>Which request fields go on to the replicas.</summary>
    public OriginHeaders OriginFields { get; }

    /// <summary>The rule of a class.</summary>
    public ClassRule RuleOf(ObjectClass objectClass) => _classes[(int)objectClass];

    /// <summary>
    /// Judges one site's settings. Every fault is one line that names the setting and its range.
    /// </summary>
    public static Site? TryBuild(SiteOptions options, string path, List<string> faults)
    {
        var before = faults.Count;
        var upstreams = SiteFaults.Upstreams(options, path, faults);
        SiteFaults.Collect(options, path, faults);
        return faults.Count == before ? new Site(options, upstreams) : null;
    }

    private ClassRule RuleOf(SiteOptions options, ClassOptions rule)
    {
        var negative = options.NegativeLifetime ?? (IsPhotos ? TimeSpan.FromSeconds(2) : TimeSpan.Zero);
        return new ClassRule(rule.ObjectBytesMax, new StoreRules
        {
            Heuristics = options.Heuristics && !IsPhotos,
            DefaultFreshFor = rule.Lifetime,
            NegativeFreshFor = negative > TimeSpan.Zero
                ? new Dictionary<int, TimeSpan> { [404] = negative, [410] = negative }.ToFrozenDictionary()
                : FrozenDictionary<int, TimeSpan>.Empty,
            DefaultStaleIfError = options.StaleIfError ?? (IsPhotos ? TimeSpan.FromDays(1) : TimeSpan.Zero),
            DefaultStaleWhileRevalidate =
                options.StaleWhileRevalidate ?? (IsPhotos ? TimeSpan.FromSeconds(60) : TimeSpan.Zero),
            SetCookie = options.SetCookie,
            StaleWhenUnreachable = options.StaleWhenUnreachable,
            MalformedAge = options.MalformedAge,
            StoresPartial = options.StoresPartial && !IsPhotos,
            TargetedField = options.TargetedField.Length > 0 ? options.TargetedField : null,
            HonoursRequestDirectives = options.ObeyRequestDirectives ?? !IsPhotos,
        });
    }
}
