using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
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

    /// <summary>Uploads of one account per minute. 1 to 1,000,000. Default 600.</summary>
    [Range(1, 1_000_000)]
    public int UploadsPerMinute { get; set; } = 600;

    /// <summary>Uploads of one account that may be under way or queued. 1 to 1,000,000. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int UploadsQueuedMax { get; set; } = 5_000;
}

[OptionsValidator]
internal sealed partial class RequestLimitOptionsValidator : IValidateOptions<RequestLimitOptions>;

/// <summary>Token buckets by address and account. Thread-safe.</summary>
public sealed class RequestLimits(IOptions<RequestLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _signInsByAddress = PerMinute(options.Value.SignInsPerMinute);
    private readonly PartitionedRateLimiter<string> _signInsByAccount = PerMinute(options.Value.SignInsPerAccountPerMinute);
    private readonly PartitionedRateLimiter<string> _uploads = PerMinute(options.Value.UploadsPerMinute);

    /// <summary>Null when the sign-in may be tried, else how long to wait.</summary>
    public TimeSpan? SignIn(HttpContext context, string? name) =>
        Take(_signInsByAddress, context.Connection.RemoteIpAddress?.ToString() ?? "") ?? Take(_signInsByAccount, name ?? "");

    /// <summary>Null when the upload may begin, else how long to wait.</summary>
    public TimeSpan? Upload(string accountId) => Take(_uploads, accountId);

    public void Dispose()
    {
        _signInsByAddress.Dispose();
        _signInsByAccount.Dispose();
        _uploads.Dispose();
    }

    private static TimeSpan? Take(PartitionedRateLimiter<string> limiter, string key)
    {
        using var lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var pause) ? pause : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<string> PerMinute(int count) => PartitionedRateLimiter.Create<string, string>(
        key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = count,
            TokensPerPeriod = Math.Max(1, count / 60),
            ReplenishmentPeriod = count >= 60 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(60.0 / count),
            QueueLimit = 0,
        }));
}
