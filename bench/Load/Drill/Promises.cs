namespace Flickr.Load.Drill;

/// <summary>What our edge promises in each case, in the words of the table and as limits.</summary>
internal static class Promises
{
    public const double WaiterLagMillisecondsMax = 5;
    public const double ReleaseMillisecondsMax = 20;
    public const double StaleAnswerMillisecondsMax = 100;
    public const int ErrorFetchesMax = 2;

    public static readonly IReadOnlyDictionary<string, string> Texts = new Dictionary<string, string>
    {
        ["delay"] = "1 fetch, 61 whole",
        ["slow"] = "1 fetch, first byte within 5 ms of the leader's",
        ["private"] = "all released within 20 ms of the head",
        ["error"] = "at most 2 fetches",
        ["missing"] = "1 fetch",
        ["half"] = "1 fetch + 1 resume, 61 whole",
        ["abort"] = "1 fetch, 60 whole",
        ["stale-error"] = "stale twice",
        ["stale-drop"] = "stale twice",
        ["renew"] = "stale within 100 ms, 1 renewal",
        ["tag"] = "conditional",
        ["range"] = "206, then a hit",
        ["targeted"] = "1 fetch for 2",
        ["purge"] = "never served after",
    };
}
