namespace Flickr.Origin.Scrub;

/// <summary>How far a scrub has come. Immutable snapshot.</summary>
/// <param name="IsRunning">Whether it goes on.</param>
/// <param name="StartedMs">When it began, Unix milliseconds; 0 when none ever did in this process.</param>
/// <param name="Records">Blobs and links read so far.</param>
/// <param name="RecordsTotal">Blobs and links there were when it began.</param>
/// <param name="Bytes">Bytes read so far.</param>
/// <param name="Damaged">Records that were not what they should be.</param>
/// <param name="Repaired">Of these, how many were brought back from another node.</param>
internal sealed record ScrubProgress(
    bool IsRunning, long StartedMs, long Records, long RecordsTotal, long Bytes, long Damaged, long Repaired)
{
    public static ScrubProgress None { get; } = new(false, 0, 0, 0, 0, 0, 0);
}
