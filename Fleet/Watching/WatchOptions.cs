using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Watching;

/// <summary>The built-in alerts, for operators who run no Prometheus; section <c>X:Watch</c>.</summary>
internal sealed class WatchOptions : IValidatableObject
{
    /// <summary>Time between two looks at the program's own metrics. 1 s to 5 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Looks that are kept for rates and charts. 30 to 10,000. Default 200.</summary>
    [Range(30, 10_000)]
    public int SamplesMax { get; set; } = 200;

    /// <summary>Address that each alert is posted to as JSON when it begins and ends. Empty: none. Default empty.</summary>
    public string Webhook { get; set; } = "";

    /// <summary>Mail server, <c>host</c> or <c>host:port</c>. Empty: no mail. Default empty.</summary>
    public string MailServer { get; set; } = "";

    /// <summary>Sender of mail. Default empty.</summary>
    public string MailFrom { get; set; } = "";

    /// <summary>Receiver of mail. Default empty.</summary>
    public string MailTo { get; set; } = "";

    /// <summary>What is done when an alert begins: a flag taken back, a circuit opened.</summary>
    [ValidateEnumeratedItems]
    public List<WatchHook> Hooks { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Webhook.Length > 0 && !WatchHook.IsAddress(Webhook))
        {
            yield return new ValidationResult($"Webhook: '{Webhook}' is not an http address");
        }
        if (MailServer.Length > 0 && (MailFrom.Length == 0 || MailTo.Length == 0))
        {
            yield return new ValidationResult("MailServer: needs MailFrom and MailTo");
        }
    }
}

/// <summary>One thing done when an alert begins.</summary>
internal sealed class WatchHook : IValidatableObject
{
    /// <summary>Name of the alert, e.g. <c>FlickrUploadsFailing</c>.</summary>
    [Required]
    public string Alert { get; set; } = "";

    /// <summary>Address to call with <see cref="Method"/>, e.g. an operator call of Photos. Empty: none.</summary>
    public string Url { get; set; } = "";

    /// <summary>Method of the call. Default POST.</summary>
    [RegularExpression("^(POST|PUT|PATCH|DELETE)$")]
    public string Method { get; set; } = "POST";

    /// <summary>Body of the call, JSON. Empty: the alert itself.</summary>
    public string Body { get; set; } = "";

    /// <summary>File with the key that is sent as <c>Authorization: Bearer</c>. Empty: none.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Program to run, without a shell; it sees FLICKR_ALERT and FLICKR_ALERT_VALUE. Empty: none.</summary>
    public string Command { get; set; } = "";

    /// <summary>Arguments of the program.</summary>
    public string[] Arguments { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Url.Length == 0) == (Command.Length == 0))
        {
            yield return new ValidationResult("Url, Command: one of the two");
        }
        if (Url.Length > 0 && !IsAddress(Url))
        {
            yield return new ValidationResult($"Url: '{Url}' is not an http address");
        }
        if (!AlertRules.IsKnown(Alert))
        {
            yield return new ValidationResult($"Alert: '{Alert}' is no alert that is built in");
        }
    }

    internal static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

[OptionsValidator]
internal sealed partial class WatchOptionsValidator : IValidateOptions<WatchOptions>;
