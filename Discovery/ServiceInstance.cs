namespace Flickr.Discovery;

/// <summary>One instance of a service whose checks pass.</summary>
/// <param name="Id">Its id, unique for an agent.</param>
/// <param name="Address">Scheme, host and port, without a path.</param>
internal sealed record ServiceInstance(string Id, Uri Address);
