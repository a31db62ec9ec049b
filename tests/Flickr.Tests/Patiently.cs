using System.Diagnostics;

namespace Flickr.Tests;

/// <summary>
/// Waits for a condition with a deadline, for states of other processes that no gate of ours can announce.
/// </summary>
internal static class Patiently
{
    public static async Task<T> UntilAsync<T>(string what, TimeSpan deadline, Func<Task<T?>> look) where T
        : class
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }
            if (clock.Elapsed > deadline)
            {
                throw new TimeoutException($"not within {deadline.TotalSeconds:0.#} s: {what}");
            }
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(string what, TimeSpan deadline, Func<Task<bool>> look) =>
        UntilAsync(what, deadline, async () => await look() ? "yes" : null);
}
