using System.Diagnostics;

namespace Flickr.ControlPlane.Tests;

/// <summary>Waits for a condition with a deadline.</summary>
internal static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(seconds), $"not within {seconds} s: {what}");
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            await tick.WaitForNextTickAsync();
        }
    }
}
