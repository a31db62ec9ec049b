using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// Passive health: a replica whose transport failed several times in a row rests for a while
/// (<c>Edge:Fetch:RestTime</c>, with jitter so that edges do not come back together). YARP keeps the state;
/// active probes are YARP's too.
/// </summary>
internal sealed class ReplicaHealth(
    ReplicaChoice choice, IDestinationHealthUpdater updater, IOptions<FetchOptions> options,
        ILogger<ReplicaHealth> log)
    : IPassiveHealthCheckPolicy
{
    /// <summary>Name under which clusters ask for it.</summary>
    public const string PolicyName = "FlickrTransportFailures";

    public string Name => PolicyName;

    /// <summary>YARP's own way in, for requests forwarded by its middleware (there are none).</summary>
    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is null)
        {
            Answered(cluster, destination);
        }
        else
        {
            Failed(cluster, destination);
        }
    }

    /// <summary>The replica answered.</summary>
    public void Answered(ClusterState cluster, DestinationState replica)
    {
        if (choice.LoadOf(replica).Answered() && replica.Health.Passive == DestinationHealth.Unhealthy)
        {
            updater.SetPassive(cluster, replica, DestinationHealth.Healthy, TimeSpan.Zero);
        }
    }

    /// <summary>The replica's transport failed.</summary>
    public void Failed(ClusterState cluster, DestinationState replica)
    {
        if (choice.LoadOf(replica).Failed() >= options.Value.FailuresToRest)
        {
            EdgeLog.ReplicaRests(log, replica.Model.Config.Address, options.Value.FailuresToRest);
            updater.SetPassive(cluster, replica, DestinationHealth.Unhealthy,
                options.Value.RestTime * (0.75 + (Random.Shared.NextDouble() / 2)));
        }
    }
}
