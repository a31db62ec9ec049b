using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>How a node becomes a member of the installation; section <c>X:Join</c>.</summary>
internal sealed class JoinOptions
{
    /// <summary>
    /// Members' address of the control plane, such as <c>https://10.0.0.1:8443</c>; several, separated by commas, are
    /// tried in turn. Empty, the default: the node is no member and shows shared keys.
    /// </summary>
    public string ControlPlane { get; set; } = "";

    /// <summary>
    /// Join token of <c>flickr nodes invite</c>; needed once, before the node has a certificate. Default empty.
    /// </summary>
    public string Token { get; set; } = "";

    /// <summary>File that holds <see cref="Token"/>; wins over it. Default empty.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>
    /// How long a first join is tried again while the control plane does not answer. 0 to 1 h. Default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The token itself or, when a file is named, its trimmed text.</summary>
    /// <exception cref="IOException">The named file cannot be read.</exception>
    public string ReadToken() => TokenFile.Length > 0 ? File.ReadAllText(TokenFile).Trim() : Token;
}

[OptionsValidator]
internal sealed partial class JoinOptionsValidator : IValidateOptions<JoinOptions>;
