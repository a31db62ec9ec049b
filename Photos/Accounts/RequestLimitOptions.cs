using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>How often one may ask; section <c>Photos:Limits</c>.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>Sign-ins and sign-ups from one address per minute. 1 to 100,000. Default 20.</summary>
    [Range(1, 100_000)]
    public int SignInsPerMinute { get; set; } = 20;

    /// <summary>Sign-ins to one account per minute, from wherever. 1 to 100,000. Default 10.</summary>
    [Range(1, 100_000)]
    public int SignInsPerAccountPerMinute { get; set; } = 10;

    /// <summary>Comments of one account per minute. 1 to 100,000. Default 20.</summary>
    [Range(1, 100_000)]
    public int CommentsPerMinute { get; set; } = 20;

    /// <summary>Uploads of one account per minute. 1 to 1,000,000. Default 600.</summary>
    [Range(1, 1_000_000)]
    public int UploadsPerMinute { get; set; } = 600;

    /// <summary>Uploads of one account that may be under way or queued. 1 to 1,000,000. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int UploadsQueuedMax { get; set; } = 5_000;
}

[OptionsValidator]
internal sealed partial class RequestLimitOptionsValidator : IValidateOptions<RequestLimitOptions>;
