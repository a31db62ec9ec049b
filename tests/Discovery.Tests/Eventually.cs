namespace Flickr.Discovery.Tests;

/// <summary>Waits for what other threads bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <summary>Looks again and again; fails with the description when it has not come true in time.</summary>
    public static async Task TrueAsync(Func<bool> condition, string description)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var begin = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begin) < TimeMax, description);
            await looks.WaitForNextTickAsync();
        }
    }
}
