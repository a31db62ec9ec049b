namespace Flickr.Edge.Sites;

/// <summary>
/// All sites; section <c>Edge</c>, list <c>Sites</c>. Reloaded without a restart: see <see
/// cref="LiveSites"/>.
/// </summary>
internal sealed class SitesOptions
{
    /// <summary>The sites, 1 to 1,000, each host once.</summary>
    public SiteOptions[] Sites { get; set; } = [];
}
