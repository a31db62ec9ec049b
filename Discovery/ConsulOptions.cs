using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Discovery;

/// <summary>
/// Where Consul is and how this program is announced there; section <c>Discovery:Consul</c>. The same for
/// every program.
/// </summary>
public sealed class ConsulOptions
{
    /// <summary>The section of these settings.</summary>
    public const string Section = "Discovery:Consul";

    /// <summary>
    /// Address of the Consul agent, e.g. <c>http://127.0.0.1:8500</c>; empty: Consul is not used. Default
    /// empty.
    /// </summary>
    [RegularExpression("^$|^https?://.+")]
    public string Address { get; set; } = "";

    /// <summary>ACL token, sent as <c>X-Consul-Token</c>. Default empty.</summary>
    public string Token { get; set; } = "";

    /// <summary>File that holds <see cref="Token"/>; wins over it. Default empty.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>
    /// PEM file of the authorities that may vouch for the agent's certificate; empty: those of the system.
    /// Default empty.
    /// </summary>
    public string CaFile { get; set; } = "";

    /// <summary>Data centre that is asked; empty: the agent's own. Default empty.</summary>
    public string Datacenter { get; set; } = "";

    /// <summary>
    /// Longest time that one blocking query waits for a change. 1 s to 10 min. Default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Wait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Time that the start waits for an address before it gives up. 100 ms to 1 min. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan StartWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// First wait after a failed query; doubles up to 30 s, with a random share. 10 ms to 10 s. Default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Name under which this program registers itself, e.g. <c>flickr-edge</c>; <c>-</c>: it does not.
    /// Empty: <c>flickr-edge</c>, <c>flickr-origin</c>, <c>flickr-control-plane</c> or <c>flickr-photos</c>.
    /// Default empty.
    /// </summary>
    public string Service { get; set; } = "";

    /// <summary>
    /// Address under which others reach this program; empty: that of its public listener. Needed when it
    /// listens on every address of the machine. Default empty.
    /// </summary>
    [RegularExpression("^$|^https?://.+")]
    public string Advertise { get; set; } = "";

    /// <summary>
    /// Address at which Consul's agent checks <c>/readyz</c>; empty: that of the admin listener. Default empty.
    /// </summary>
    [RegularExpression("^$|^https?://.+")]
    public string AdvertiseAdmin { get; set; } = "";

    /// <summary>Time between two health checks by Consul. 1 s to 5 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time between two looks whether the agent still knows this program; it forgets when it is replaced.
    /// 1 s to 1 h. Default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RegisterInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time of failed checks after which Consul drops the entry of a program that died. 1 min to 7 d. Default
    /// 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The token itself; empty when there is none.</summary>
    /// <exception cref="IOException">The named file cannot be read.</exception>
    internal string ReadToken() => TokenFile.Length > 0 ? File.ReadAllText(TokenFile).Trim() : Token;
}

[OptionsValidator]
internal sealed partial class ConsulOptionsValidator : IValidateOptions<ConsulOptions>;
