using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane;

/// <summary>
/// Where the control plane listens, keeps its state and takes its callers' keys from; section
/// <c>ControlPlane</c>.
/// </summary>
public sealed class ControlPlaneOptions
{
    /// <summary>Public address. Default <c>http://127.0.0.1:8082</c>.</summary>
    [Required]
    public string Listen { get; set; } = "http://127.0.0.1:8082";

    /// <summary>Address of metrics and health. Default <c>http://127.0.0.1:9082</c>.</summary>
    [Required]
    public string AdminListen { get; set; } = "http://127.0.0.1:9082";

    /// <summary>
    /// Directory of the embedded database and of the key files. Empty: <c>flickr/control-plane</c> in the user's data
    /// directory. Default empty.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// Connection string: <c>Data Source=…</c> for SQLite, <c>Host=…</c> for PostgreSQL, which several
    /// control planes may
    /// share. Empty, the default, is SQLite in the data directory.
    /// </summary>
    public string Database { get; set; } = "";

    /// <summary>
    /// Key of operators. Empty: from <see cref="OperatorKeyFile"/>, else made at first start.
    /// </summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>File with the key of operators.</summary>
    public string OperatorKeyFile { get; set; } = "";

    /// <summary>
    /// Key of edges, which also signs heartbeats. Empty: from <see cref="EdgeKeyFile"/>, else made at first
    /// start.
    /// </summary>
    public string EdgeKey { get; set; } = "";

    /// <summary>File with the key of edges.</summary>
    public string EdgeKeyFile { get; set; } = "";

    /// <summary>
    /// Key of services. Empty: from <see cref="ServiceKeyFile"/>, else made at first start.
    /// </summary>
    public string ServiceKey { get; set; } = "";

    /// <summary>File with the key of services.</summary>
    public string ServiceKeyFile { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class ControlPlaneOptionsValidator : IValidateOptions<ControlPlaneOptions>;
