namespace Flickr.Fleet.Streaming;

/// <summary>How long a node may vouch for content that nobody vouched for since.</summary>
/// <param name="Private">For private content.</param>
/// <param name="Public">For public content.</param>
/// <param name="CutOff">
/// Without a heartbeat for so long, private content is refused even to fresh tokens: whoever holds a stolen
/// key can mint
/// fresh ones for ever, and a cut-off edge does not hear that the key is revoked.
/// </param>
public sealed record FreshnessBounds(TimeSpan Private, TimeSpan Public, TimeSpan CutOff)
{
    /// <summary>120 s, 300 s, one day.</summary>
    public static FreshnessBounds Default { get; } =
        new(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(300), TimeSpan.FromDays(1));
}
