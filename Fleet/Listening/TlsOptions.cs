using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>TLS of the public listener when its address begins with https; section <c>X:Tls</c>.</summary>
internal sealed class TlsOptions
{
    /// <summary>
    /// The certificates, chosen by the names they were issued for. The first answers clients that name no host and
    /// hosts that no certificate names. Default empty; at least one for an https address.
    /// </summary>
    [ValidateEnumeratedItems]
    public List<CertificateFiles> Certificates { get; set; } = [];

    /// <summary>Whether a handshake that names a host of no certificate is refused. Default false.</summary>
    public bool RefuseUnknownNames { get; set; }

    /// <summary>Time between two looks at the files; changed ones are taken without a restart. 1 s to 1 d. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a handshake. 1 s to 1 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether HTTP/3 is offered too. Needs msquic on the machine; without it the start says so. Default false.</summary>
    public bool Http3 { get; set; }

    /// <summary>
    /// Time for which browsers ask over TLS alone (<c>Strict-Transport-Security</c>). 0, which sends no such field, to
    /// 730 d. Default 180 d.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "730.00:00:00")]
    public TimeSpan StrictTransport { get; set; } = TimeSpan.FromDays(180);
}

[OptionsValidator]
internal sealed partial class TlsOptionsValidator : IValidateOptions<TlsOptions>;
