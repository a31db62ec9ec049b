using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Tracing;

/// <summary>Where traces are sent to; section <c>X:Tracing</c>.</summary>
internal sealed class TracingOptions : IValidatableObject
{
    /// <summary>
    /// Address of a collector that takes OTLP over HTTP, e.g. <c>http://127.0.0.1:4318/v1/traces</c>. Empty: no traces are
    /// made. Default empty.
    /// </summary>
    public string Endpoint { get; set; } = "";

    /// <summary>
    /// Share of the traces that are kept, chosen by the trace's id, so that all programs with the same share keep the same
    /// ones, whatever a caller asks for. 0 to 1. Default 0.01.
    /// </summary>
    [Range(0.0, 1.0)]
    public double Share { get; set; } = 0.01;

    /// <summary>Name of this process in traces. Empty: the machine's. Default empty.</summary>
    public string Instance { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return new ValidationResult($"Endpoint: '{Endpoint}' is not an address such as http://127.0.0.1:4318/v1/traces");
        }
    }
}

[OptionsValidator]
internal sealed partial class TracingOptionsValidator : IValidateOptions<TracingOptions>;
