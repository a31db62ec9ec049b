using Flickr.Edge.Sites;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// The sites' replicas as YARP clusters: YARP holds destinations, health and clients. No YARP route exists,
/// so nothing is ever forwarded by its middleware, which would re-encode paths; fills are sent on the
/// cluster's own client.
/// </summary>
internal sealed class UpstreamClusters(
    InMemoryConfigProvider provider, IProxyStateLookup lookup, IOptions<FetchOptions> options,
        IServiceProvider services)
{
    private bool _isLoaded;

    /// <summary>
    /// Gives YARP the clusters of these sites, beside those of <paramref name="still"/>, whose requests may
    /// be in flight.
    /// </summary>
    /// <returns>False when YARP did not take them.</returns>
    public bool Apply(SiteTable table, SiteTable? still)
    {
        var clusters = new Dictionary<string, ClusterConfig>(StringComparer.Ordinal);
        foreach (var site in table.Sites.Concat(still?.Sites ?? []))
        {
            clusters.TryAdd(site.ClusterId, ClusterOf(site));
        }
        provider.Update([], [.. clusters.Values]);
        if (!_isLoaded)
        {
            _isLoaded = true;
            new LoadOnly(services).MapReverseProxy();
        }
        return table.Sites.All(site => lookup.TryGetCluster(site.ClusterId, out _));
    }

    /// <summary>The cluster of a site; null only while a reload is under way.</summary>
    public ClusterState? Of(Site site) => lookup.TryGetCluster(site.ClusterId, out var cluster) ? cluster
        : null;

    private ClusterConfig ClusterOf(Site site) => new()
    {
        ClusterId = site.ClusterId,
        LoadBalancingPolicy = ReplicaChoice.PolicyName,
        Destinations = site.Upstreams.Select((address, index) => (address, index)).ToDictionary(
            pair => $"{pair.index}",
            pair => new DestinationConfig { Address = pair.address.GetLeftPart(UriPartial.Authority) },
            StringComparer.Ordinal),
        HttpClient = new HttpClientConfig
        {
            MaxConnectionsPerServer = options.Value.ConnectionsMax,
            RequestHeaderEncoding = "iso-8859-1",
            ResponseHeaderEncoding = "iso-8859-1",
        },
        HealthCheck = new HealthCheckConfig
        {
            // No healthy replica left: try them all the same, a probe can be wrong and a refusal costs
            // little.
            AvailableDestinationsPolicy = "HealthyOrPanic",
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = ReplicaHealth.PolicyName },
            Active = site.HealthPath.Length == 0 ? null : new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = options.Value.ProbeInterval,
                Timeout = options.Value.ConnectTimeout,
                Policy = "ConsecutiveFailures",
                Path = site.HealthPath,
            },
        },
    };

    /// <summary>Makes YARP load its configuration without giving the program a single endpoint.</summary>
    private sealed class LoadOnly(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
