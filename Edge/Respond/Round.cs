namespace Flickr.Edge.Respond;

/// <summary>How a round through cache and fill ended.</summary>
internal enum Round
{
    /// <summary>The client has its answer.</summary>
    Answered,

    /// <summary>What is known has changed: look again.</summary>
    Again,

    /// <summary>The object lies in the log and is too large for RAM: look again, there too.</summary>
    AgainWithLog,
}
