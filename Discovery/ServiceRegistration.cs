namespace Flickr.Discovery;

/// <summary>How a program is announced.</summary>
/// <param name="Id">Unique for an agent.</param>
/// <param name="Name">Name of the service.</param>
/// <param name="Address">Scheme, host and port.</param>
/// <param name="Check">What the agent asks; a status of 2xx is healthy.</param>
/// <param name="CheckInterval">How often.</param>
/// <param name="ForgetAfter">Failing for so long drops the entry.</param>
internal sealed record ServiceRegistration(
    string Id, string Name, Uri Address, Uri Check, TimeSpan CheckInterval, TimeSpan ForgetAfter);
