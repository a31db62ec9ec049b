using System.Globalization;
using System.Text;
using Flickr.Load.Peers;

namespace Flickr.Load.Drill;

/// <summary>
/// A purge while the fill is under way, half of the keys before the origin's head and half between head and end. The
/// origin's content changes just before the purge; each key is asked for right after the purge's acknowledgement and again
/// when the fill is over. Whoever gets the old content then got what was purged.
/// </summary>
internal static class PurgeDrill
{
    private const int KeysOfEach = 20;

    public const string Case = "purge";

    private static readonly TimeSpan UntilUnderWay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan UntilOver = TimeSpan.FromMilliseconds(1200);

    public static async Task<DrillCell> PlayAsync(Peer peer)
    {
        if (peer.Purge == PurgeWay.None)
        {
            return new DrillCell(Case, peer.Name, "no purge", false, new Dictionary<string, object?> { ["hasPurge"] = false });
        }
        string[] paths = [.. new[] { "purge-head", "purge-body" }
            .SelectMany(kind => Enumerable.Range(0, KeysOfEach).Select(_ => $"/{kind}/{Guid.NewGuid():n}"))];
        var old = Scripts.Generation.ToString(CultureInfo.InvariantCulture);
        var fills = Task.WhenAll(paths.Select(path => DrillClient.AskOnceAsync(peer.Port, path)));
        await Task.Delay(UntilUnderWay, TimeProvider.System);
        Interlocked.Increment(ref Scripts.Generation);
        var acknowledged = 0;
        var atOnce = await Task.WhenAll(paths.Select(async path =>
        {
            if (await PurgeAsync(peer, path))
            {
                Interlocked.Increment(ref acknowledged);
            }
            return await DrillClient.AskOnceAsync(peer.Port, path);
        }));
        await fills;
        await Task.Delay(UntilOver, TimeProvider.System);
        var later = await Task.WhenAll(paths.Select(path => DrillClient.AskOnceAsync(peer.Port, path)));
        var (oldAtOnce, oldLater) = (atOnce.Count(answer => answer.Field("X-Generation") == old), later.Count(answer => answer.Field("X-Generation") == old));
        var answered = atOnce.Concat(later).Count(answer => answer.Status == 200 && answer.IsWhole(Scripts.SmallBytes));
        return new DrillCell(Case, peer.Name, $"{oldAtOnce} at once, {oldLater} later of {paths.Length}",
            oldAtOnce + oldLater == 0 && acknowledged == paths.Length && answered == 2 * paths.Length,
            new Dictionary<string, object?>
            {
                ["hasPurge"] = true, ["keys"] = paths.Length, ["acknowledged"] = acknowledged, ["oldAtOnce"] = oldAtOnce,
                ["oldLater"] = oldLater, ["wholeAnswers"] = answered,
            });
    }

    private static async Task<bool> PurgeAsync(Peer peer, string path)
    {
        if (peer.Purge == PurgeWay.Method)
        {
            return (await DrillClient.AskOnceAsync(peer.Port, path, method: "PURGE")).Status == 200;
        }
        using var client = new HttpClient();
        using var order = new StringContent($$"""{"kind":"url","value":"{{path}}"}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{peer.AdminPort}/purge"), order);
        return answer.IsSuccessStatusCode;
    }
}
