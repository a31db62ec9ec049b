using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Accounts;

/// <summary>Token buckets by address and account. Thread-safe.</summary>
public sealed class RequestLimits(IOptions<RequestLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _signInsByAddress = PerMinute(options.Value.SignInsPerMinute);
    private readonly PartitionedRateLimiter<string> _signInsByAccount = PerMinute(options.Value.SignInsPerAccountPerMinute);
    private readonly PartitionedRateLimiter<string> _comments = PerMinute(options.Value.CommentsPerMinute);
    private readonly PartitionedRateLimiter<string> _uploads = PerMinute(options.Value.UploadsPerMinute);

    /// <summary>Null when the sign-in may be tried, else how long to wait.</summary>
    public TimeSpan? SignIn(HttpContext context, string? name) =>
        Take(_signInsByAddress, context.Connection.RemoteIpAddress?.ToString() ?? "") ?? Take(_signInsByAccount, name ?? "");

    /// <summary>Null when the upload may begin, else how long to wait.</summary>
    public TimeSpan? Upload(string accountId) => Take(_uploads, accountId);

    /// <summary>Null when the comment may be written, else how long to wait.</summary>
    public TimeSpan? Comment(string accountId) => Take(_comments, accountId);

    public void Dispose()
    {
        _comments.Dispose();
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
