using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Members;

/// <summary>Nodes that join by a token and speak mutual TLS; section <c>ControlPlane:Members</c>.</summary>
public sealed class MemberOptions
{
    /// <summary>
    /// Listener for members, such as <c>https://10.0.0.1:8443</c>. Empty, the default: none, and nodes show shared keys.
    /// </summary>
    public string Listen { get; set; } = "";

    /// <summary>Life of a member's certificate; renewed after two thirds. 3 min to 30 days. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:03:00", "30.00:00:00")]
    public TimeSpan CertificateLife { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Life of a join token unless the invitation says another. 1 min to 7 days. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan InvitationLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest wait of a member for news of removals. 1 s to 1 min. Default 25 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan FollowWaitMax { get; set; } = TimeSpan.FromSeconds(25);
}

[OptionsValidator]
internal sealed partial class MemberOptionsValidator : IValidateOptions<MemberOptions>;
