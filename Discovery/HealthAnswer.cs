namespace Flickr.Discovery;

/// <summary>What a health query answered.</summary>
/// <param name="Index">To be named by the next query, which then blocks until something is newer.</param>
/// <param name="Instances">The instances whose checks pass, ordered by id.</param>
internal sealed record HealthAnswer(ulong Index, IReadOnlyList<ServiceInstance> Instances);
