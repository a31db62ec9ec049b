using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>Load balancers that name the client with the PROXY protocol; section <c>X:ProxyProtocol</c>.</summary>
internal sealed class ProxyProtocolOptions : IValidatableObject
{
    /// <summary>
    /// Addresses or networks, e.g. <c>10.0.0.0/8</c>, whose connections begin with a PROXY header, version 1 or 2. One
    /// without it is closed; from elsewhere none is believed. Default empty.
    /// </summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Time for the header. 100 ms to 1 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The networks; a single address is a network of one.</summary>
    internal IReadOnlyList<IPNetwork> Networks() =>
        [.. TrustedProxies.Select(text => TryParse(text, out var network) ? network : default)];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => TrustedProxies
        .Where(text => !TryParse(text, out _))
        .Select(text => new ValidationResult($"TrustedProxies: '{text}' is neither an address nor a network such as 10.0.0.0/8"));

    private static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var single))
        {
            network = new IPNetwork(single, single.GetAddressBytes().Length * 8);
            return true;
        }
        return IPNetwork.TryParse(text, out network);
    }
}

[OptionsValidator]
internal sealed partial class ProxyProtocolOptionsValidator : IValidateOptions<ProxyProtocolOptions>;
