using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Keys;

/// <summary>Signing keys and their life; section <c>ControlPlane:Keys</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>
    /// Issuer whose tokens the keys sign. 1 to 64 of <c>[A-Za-z0-9._-]</c>. Default <c>flickr</c>.
    /// </summary>
    [Required, RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string Issuer { get; set; } = "flickr";

    /// <summary>An ES256 key mints so long. 1 min to 365 days. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RotateEs256 { get; set; } = TimeSpan.FromDays(30);

    /// <summary>An HS256 key mints so long. 1 min to 365 days. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RotateHs256 { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Longest life of any token; a key that stopped minting verifies so long, plus 60 s. 1 min to 30 days.
    /// Default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan TokenLifetimeMax { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// A key that the schedule makes mint has been with the edges at least so long; an operator's rotation waits only for
    /// their acknowledgements. 0 to 7 days. Default 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan PrePublishMin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// File with the key that wraps keys at rest; mode 0600. Empty, the default: <c>wrap.key</c> in the data
    /// directory.
    /// </summary>
    public string WrapKeyFile { get; set; } = "";

    /// <summary>
    /// Environment variable with that key (32 bytes, base64url) instead of a file. Default empty.
    /// </summary>
    public string WrapKeyVariable { get; set; } = "";

    /// <summary>
    /// Program and arguments that wrap and unwrap the data key instead, such as a client of a key service: called with
    /// <c>wrap</c> or <c>unwrap</c> as last argument, base64 on standard input and output. Default none.
    /// </summary>
    public string[] WrapCommand { get; set; } = [];

    /// <summary>
    /// File with the wrap key of before: a data key that is still wrapped with it is wrapped anew at start. Default empty.
    /// </summary>
    public string PreviousWrapKeyFile { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class KeyOptionsValidator : IValidateOptions<KeyOptions>;
