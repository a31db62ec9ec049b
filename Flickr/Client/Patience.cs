namespace Flickr.Client;

/// <summary>
/// How long to wait before the next try of a request that a busy server put off or that a broken connection
/// cut: what the server asks, else a growing wait, with a bound on tries and on each wait. Pure.
/// </summary>
internal static class Patience
{
    /// <summary>Tries after the first.</summary>
    public const int RetriesMax = 12;

    private const int CutRetriesMax = 4;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The wait before try number <paramref name="retry"/> (from 1), or null when the fault is final.
    /// </summary>
    public static TimeSpan? Judge(Exception fault, int retry) => fault switch
    {
        _ when retry > RetriesMax => null,
        ProblemException { IsBusy: true } busy => Bounded(busy.RetryAfter ?? Growing(retry)),
        FileChangedException => null,
        HttpRequestException { InnerException: FileChangedException } => null,
        HttpRequestException or IOException or TimeoutException when retry <= CutRetriesMax => Growing(retry),
        _ => null,
    };

    private static TimeSpan Growing(int retry) =>
        Bounded(TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(retry, 10))));

    private static TimeSpan Bounded(TimeSpan wait) =>
        wait < TimeSpan.FromMilliseconds(100) ? TimeSpan.FromMilliseconds(100) : wait > LongestWait
            ? LongestWait : wait;
}
