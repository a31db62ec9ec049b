using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Flickr.Edge.Cache;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Flickr.Edge.Fetch;

/// <summary>
/// Chooses the replica to ask: rendezvous hashing by cache key, so that one object is asked of one replica
/// and lies in its page cache, with bounded load: a replica that has more than 1.25 times its share in flight
/// is passed over.
/// </summary>
internal sealed class ReplicaChoice : ILoadBalancingPolicy
{
    /// <summary>Name under which clusters ask for it.</summary>
    public const string PolicyName = "FlickrReplica";

    private readonly ConditionalWeakTable<DestinationState, ReplicaLoad> _loads = [];

    public string Name => PolicyName;

    /// <summary>
    /// YARP's own way in. The fills use <see cref="Pick"/>, which knows the key and what was tried.
    /// </summary>
    public DestinationState? PickDestination(
        HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
        Pick(new CacheKey(0,
            XxHash3.HashToUInt64(MemoryMarshal.AsBytes((context.Request.Path.Value ?? "").AsSpan()))),
            availableDestinations, []);

    /// <summary>The load record of a replica.</summary>
    public ReplicaLoad LoadOf(DestinationState replica) => _loads.GetOrCreateValue(replica);

    /// <summary>The best replica that was not tried yet, or null.</summary>
    public DestinationState? Pick(in CacheKey key, IReadOnlyList<DestinationState> available,
        List<DestinationState> tried)
    {
        var inFlight = 0;
        for (var i = 0; i < available.Count; i++)
        {
            inFlight += LoadOf(available[i]).InFlight;
        }
        var bound = 4 + (inFlight * 5 / (4 * Math.Max(1, available.Count)));
        return Best(key, available, tried, bound) ?? Best(key, available, tried, int.MaxValue);
    }

    private DestinationState? Best(
        in CacheKey key, IReadOnlyList<DestinationState> available, List<DestinationState> tried, int bound)
    {
        DestinationState? best = null;
        var highest = 0UL;
        for (var i = 0; i < available.Count; i++)
        {
            var replica = available[i];
            if (tried.Contains(replica) || LoadOf(replica).InFlight > bound)
            {
                continue;
            }
            var weight = Weight(key, replica);
            if (best is null || weight > highest)
            {
                (best, highest) = (replica, weight);
            }
        }
        return best;
    }

    private static ulong Weight(in CacheKey key, DestinationState replica)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, key.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(
            bytes[8..], XxHash3.HashToUInt64(MemoryMarshal.AsBytes(replica.Model.Config.Address.AsSpan())));
        return XxHash3.HashToUInt64(bytes);
    }
}
