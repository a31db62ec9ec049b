using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge;

/// <summary>
/// Where the edge listens, keeps its state and finds its control plane; section <c>Edge</c>.
/// </summary>
public sealed class EdgeOptions
{
    /// <summary>
    /// Address of the public listener. Default <c>http://127.0.0.1:8081</c>; port 0 takes a free one.
    /// </summary>
    [Required]
    public string Listen { get; set; } = "http://127.0.0.1:8081";

    /// <summary>
    /// Address of the admin listener (metrics, health, purge, why). Default <c>http://127.0.0.1:9081</c>.
    /// </summary>
    [Required]
    public string AdminListen { get; set; } = "http://127.0.0.1:9081";

    /// <summary>
    /// Folder of the edge's state: log tier, invalidation journal, spool. Empty: <c>flickr/edge</c> in the user's
    /// data directory. Default empty.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// Name of this edge in members and acknowledgements, 1–64 of <c>[A-Za-z0-9._-]</c>. Default <c>edge</c>.
    /// </summary>
    [Required, RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Id { get; set; } = "edge";

    /// <summary>
    /// Address under which clients reach this edge; empty: the address of <see cref="Listen"/>. Default
    /// empty.
    /// </summary>
    public string PublicAddress { get; set; } = "";

    /// <summary>
    /// Address of the control plane, or of several that share one database, set apart by commas; empty:
    /// stand-alone, the edge is its own authority. Default empty.
    /// </summary>
    public string ControlPlane { get; set; } = "";

    /// <summary>Key that the edge shows to the control plane (role <c>edge</c>). Default empty.</summary>
    public string ControlPlaneKey { get; set; } = "";

    /// <summary>File that holds <see cref="ControlPlaneKey"/>; wins over it. Default empty.</summary>
    public string ControlPlaneKeyFile { get; set; } = "";

    /// <summary>
    /// Key that the edge shows to our own origins (role <c>storage</c>). Default empty: none is shown.
    /// </summary>
    public string OriginKey { get; set; } = "";

    /// <summary>File that holds <see cref="OriginKey"/>; wins over it. Default empty.</summary>
    public string OriginKeyFile { get; set; } = "";

    /// <summary>
    /// Longest time that open requests may take to finish after the order to stop. 1 s to 10 min. Default 20
    /// s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The addresses that stand in <see cref="ControlPlane"/>.</summary>
    internal static string[] AddressesOf(string controlPlane) =>
        controlPlane.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// The key itself or, when a file is named, its trimmed text. Null when neither is set.
    /// </summary>
    /// <exception cref="IOException">The named file cannot be read.</exception>
    internal static string? KeyOf(string key, string keyFile) =>
        keyFile.Length > 0 ? File.ReadAllText(keyFile).Trim() : key.Length > 0 ? key : null;
}

[OptionsValidator]
internal sealed partial class EdgeOptionsValidator : IValidateOptions<EdgeOptions>;
