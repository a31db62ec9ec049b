using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Origin.ObjectStore;

/// <summary>An S3-compatible service, of the store and of backups; section <c>Origin:S3</c>.</summary>
public sealed class S3Options
{
    /// <summary>Address of the service, e.g. <c>https://s3.example.org</c>. Empty: S3 is not used. Default empty.</summary>
    public string ServiceUrl { get; set; } = "";

    /// <summary>Region that signatures name. Default <c>us-east-1</c>.</summary>
    [Required]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Bucket of blobs and links; it has to exist. Default <c>flickr</c>.</summary>
    [Required, RegularExpression("^[a-z0-9][a-z0-9.-]{2,62}$")]
    public string Bucket { get; set; } = "flickr";

    /// <summary>Access key. Default empty.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>Secret key. Default empty.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>File to read <see cref="SecretKey"/> from. Default empty.</summary>
    public string SecretKeyFile { get; set; } = "";

    /// <summary>
    /// Whether the service takes <c>If-Match</c> and <c>If-None-Match</c> on PUT. False (OpenStack Swift): then one node alone may
    /// write to the bucket, for only its own locks keep two writers of a name apart. Default true.
    /// </summary>
    public bool ConditionalWrites { get; set; } = true;

    /// <summary>Bytes above which an object is sent in parts. 5 MiB to 5 GiB. Default 32 MiB.</summary>
    [Range(5L << 20, 5L << 30)]
    public long MultipartBytesMin { get; set; } = 32L << 20;

    /// <summary>Bytes of one part. 5 MiB to 1 GiB. Default 16 MiB.</summary>
    [Range(5L << 20, 1L << 30)]
    public long PartBytes { get; set; } = 16L << 20;

    /// <summary>Time the service has to answer. 1 s to 10 min. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class S3OptionsValidator : IValidateOptions<S3Options>;
