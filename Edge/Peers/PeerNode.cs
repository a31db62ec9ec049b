namespace Flickr.Edge.Peers;

/// <summary>An edge of the fleet. What is known of its state stays when the list is taken anew.</summary>
internal sealed class PeerNode(string name, string address, string region, bool isShield, PeerState state)
{
    public string Name { get; } = name;

    /// <summary>Authority of its listener for peers, without a slash at the end.</summary>
    public string Address { get; } = address;

    public string Region { get; } = region;

    /// <summary>Whether it fetches for its region.</summary>
    public bool IsShield { get; } = isShield;

    public PeerState State { get; } = state;
}
