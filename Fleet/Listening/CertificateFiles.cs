using System.ComponentModel.DataAnnotations;

namespace Flickr.Listening;

/// <summary>One certificate of a listener, as PEM files.</summary>
internal sealed class CertificateFiles
{
    /// <summary>File with the certificate and, after it, its intermediates.</summary>
    [Required]
    public string Certificate { get; set; } = "";

    /// <summary>File with the private key, not encrypted. Empty: it stands in the file of the certificate.</summary>
    public string Key { get; set; } = "";
}
