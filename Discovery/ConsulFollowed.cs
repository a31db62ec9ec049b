namespace Flickr.Discovery;

/// <summary>What the program follows in Consul, for its log.</summary>
/// <param name="Addresses">Null when no setting names a service.</param>
internal sealed record ConsulFollowed(ConsulAddresses? Addresses);
