using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Sagas;

/// <summary>Settings of the saga engine; section <c>Photos:Sagas</c>.</summary>
public sealed class SagaOptions
{
    /// <summary>Messages handled at once by this process. 1 to 256. Default 8.</summary>
    [Range(1, 256)]
    public int ParallelMax { get; set; } = 8;

    /// <summary>How long a claimed message stays ours without a heartbeat (sent at a third of it). 1 s to 10 min. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the table is asked when nothing in this process has stirred. 10 ms to 1 min. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Pause before the second attempt; doubled each time, with jitter of half of it. 1 ms to 1 min. Default 300 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryFirst { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Longest pause between attempts. 1 ms to 1 h. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class SagaOptionsValidator : IValidateOptions<SagaOptions>;
