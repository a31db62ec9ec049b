namespace Flickr.Photos.Origins;

/// <summary>Storage cannot be asked now, or said no for now: trouble that may pass.</summary>
public sealed class OriginUnavailableException(string message, Exception? inner) : IOException(message, inner)
{
    /// <summary>HTTP status of the node; 0 when none answered.</summary>
    public int Status { get; init; }

    /// <summary>When the node wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
