using Flickr.Edge.Peers;

namespace Flickr.Edge.Leases;

/// <summary>An original on its way to a client under a lease. Dispose ends the lease.</summary>
/// <param name="owner">Where it was entered.</param>
/// <param name="claim">Its claim.</param>
/// <param name="home">The edge that holds its lease; null for this one.</param>
/// <param name="context">The client's request.</param>
internal sealed class Transfer(Transfers owner, LeaseClaim claim, PeerNode? home, HttpContext context) : IDisposable
{
    /// <summary>What it holds.</summary>
    public LeaseClaim Claim { get; } = claim;

    /// <summary>The edge that holds its lease; null for this one.</summary>
    public PeerNode? Home { get; } = home;

    /// <summary>Another transfer has taken its place: the client's connection is cut.</summary>
    public void Cut() => context.Abort();

    public void Dispose() => owner.Leave(this);
}
