namespace Flickr.Photos.Gallery;

/// <summary>How long a change waits for the edges to acknowledge before it is answered: <c>?wait=milliseconds</c>.</summary>
internal static class WaitQuery
{
    private const int MillisecondsDefault = 2_000;
    private const int MillisecondsMax = 30_000;

    public static TimeSpan Read(HttpContext context) => TimeSpan.FromMilliseconds(
        int.TryParse(context.Request.Query["wait"], out var asked) ? Math.Clamp(asked, 0, MillisecondsMax) : MillisecondsDefault);
}
