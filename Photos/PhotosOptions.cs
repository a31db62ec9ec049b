using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos;

/// <summary>Settings of the photo service; section <c>Photos</c>.</summary>
public sealed class PhotosOptions
{
    /// <summary>Address of pages and API. Default http://127.0.0.1:8080.</summary>
    [Required]
    public string Listen { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Address of metrics and health. Default http://127.0.0.1:9080.</summary>
    [Required]
    public string AdminListen { get; set; } = "http://127.0.0.1:9080";

    /// <summary>Folder of the database, the keys of the cookies and the workers' files. Default: the user's data directory.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>Connection string; <c>Data Source=…</c> for SQLite, <c>Host=…</c> for PostgreSQL. Default: photos.db in the data directory.</summary>
    public string Database { get; set; } = "";

    /// <summary>Addresses of storage nodes, e.g. http://127.0.0.1:8090, or consul://flickr-origin. At least one.</summary>
    [Required, MinLength(1)]
    public string[] Origins { get; set; } = [];

    /// <summary>Key shown to storage nodes; empty for none.</summary>
    public string OriginKey { get; set; } = "";

    /// <summary>A file that holds <see cref="OriginKey"/>.</summary>
    public string OriginKeyFile { get; set; } = "";

    /// <summary>Address of the control plane, e.g. http://127.0.0.1:8082, or of several that share one database, set apart by commas.</summary>
    [Required]
    public string ControlPlane { get; set; } = "";

    /// <summary>Key of the role <c>service</c> on the control plane.</summary>
    public string ControlPlaneKey { get; set; } = "";

    /// <summary>A file that holds <see cref="ControlPlaneKey"/>.</summary>
    public string ControlPlaneKeyFile { get; set; } = "";

    /// <summary>Public address of the edge, put into image addresses, e.g. http://127.0.0.1:8081.</summary>
    [Required]
    public string EdgeAddress { get; set; } = "";

    /// <summary>
    /// Address of the pages as people type it, e.g. https://photos.example.org; needed for letters. Default: what the browser asked for.
    /// </summary>
    public string PublicAddress { get; set; } = "";

    /// <summary>Address of the control plane for people outside, told by /api/v1/server. Default: <see cref="ControlPlane"/>.</summary>
    public string PublicControlPlane { get; set; } = "";

    /// <summary>Key with which people may add users; empty: nobody may.</summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>A file that holds <see cref="OperatorKey"/>.</summary>
    public string OperatorKeyFile { get; set; } = "";

    /// <summary>Whether anybody may make an account. Default true.</summary>
    public bool OpenSignUp { get; set; } = true;

    /// <summary>Where links into this service begin.</summary>
    internal string AddressFor(HttpRequest request) =>
        PublicAddress.Length > 0 ? PublicAddress.TrimEnd('/') : $"{request.Scheme}://{request.Host}";

    /// <summary>The key itself, from the setting or from its file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string KeyOf(string key, string file) => file.Length == 0 ? key : File.ReadAllText(file).Trim();
}

[OptionsValidator]
internal sealed partial class PhotosOptionsValidator : IValidateOptions<PhotosOptions>;
