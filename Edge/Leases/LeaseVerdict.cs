namespace Flickr.Edge.Leases;

/// <summary>What the home of a viewer says to a claim.</summary>
internal enum LeaseVerdict
{
    /// <summary>The transfer may begin.</summary>
    Granted,

    /// <summary>The viewer has as many on the way as allowed.</summary>
    Busy,
}
