using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Mail;

/// <summary>The SMTP server that letters go through; section <c>Photos:Mail</c>.</summary>
public sealed class MailOptions
{
    /// <summary>Name of the server; empty: no letters are sent. Default empty.</summary>
    public string Host { get; set; } = "";

    /// <summary>Its port. 1 to 65,535. Default 587.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary><c>None</c>, <c>StartTls</c> or <c>Tls</c>. Default <c>StartTls</c>, which refuses a server without it.</summary>
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>Name to sign in with; empty: none. Default empty.</summary>
    public string User { get; set; } = "";

    /// <summary>Password of <see cref="User"/>.</summary>
    public string Password { get; set; } = "";

    /// <summary>A file that holds <see cref="Password"/>.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>Sender of the letters. Default <c>flickr@localhost</c>.</summary>
    [Required]
    public string From { get; set; } = "flickr@localhost";

    /// <summary>Time one letter may take. 1 s to 10 min. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan TimeMax { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the line to the SMTP server is secured.</summary>
public enum MailSecurity
{
    /// <summary>Not at all: a server on the same machine.</summary>
    None,

    /// <summary>TLS after the greeting.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,
}

[OptionsValidator]
internal sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;
