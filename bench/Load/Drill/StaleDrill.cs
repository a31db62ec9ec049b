using System.Diagnostics;
using System.Globalization;
using Flickr.Load.Peers;

namespace Flickr.Load.Drill;

/// <summary>What becomes of an object after its lifetime, of a cold range and of a targeted field.</summary>
internal sealed class StaleDrill(ScriptedOrigin origin)
{
    public static readonly string[] Cases = ["stale-error", "stale-drop", "renew", "tag", "range", "targeted"];

    // Past max-age=1 by 1.5 s, as the table of the design has it.
    private static readonly TimeSpan UntilExpired = TimeSpan.FromMilliseconds(2500);
    private static readonly TimeSpan UntilStored = TimeSpan.FromMilliseconds(500);

    public async Task<List<DrillCell>> PlayAsync(Peer peer)
    {
        var paths = Cases.ToDictionary(kind => kind, kind => $"/{kind}/{Guid.NewGuid():n}");
        foreach (var kind in new[] { "tag", "renew", "stale-error", "stale-drop" })
        {
            await DrillClient.AskOnceAsync(peer.Port, paths[kind]);
        }
        await Task.Delay(UntilExpired, TimeProvider.System);
        return
        [
            await ExpiredAsync(peer, "stale-error", paths),
            await ExpiredAsync(peer, "stale-drop", paths),
            await RenewAsync(peer, paths["renew"]),
            await TagAsync(peer, paths["tag"]),
            await RangeAsync(peer, paths["range"]),
            await TargetedAsync(peer, paths["targeted"]),
        ];
    }

    private async Task<DrillCell> ExpiredAsync(Peer peer, string kind, Dictionary<string, string> paths)
    {
        var first = await DrillClient.AskOnceAsync(peer.Port, paths[kind]);
        await Task.Delay(UntilStored, TimeProvider.System);
        var second = await DrillClient.AskOnceAsync(peer.Port, paths[kind]);
        var fetches = origin.FetchesOf(paths[kind]).Length - 1;
        return new DrillCell(kind, peer.Name, $"{Say(first)}, then {Say(second)}",
            first.IsWhole(Scripts.SmallBytes) && second.IsWhole(Scripts.SmallBytes) && first.Status == 200 && second.Status == 200,
            new Dictionary<string, object?> { ["first"] = first.Status, ["second"] = second.Status, ["originFetchesAfterExpiry"] = fetches });
    }

    private async Task<DrillCell> RenewAsync(Peer peer, string path)
    {
        var answer = await DrillClient.AskOnceAsync(peer.Port, path);
        var milliseconds = Stopwatch.GetElapsedTime(answer.AskedAt, answer.FirstByteAt).TotalMilliseconds;
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System);
        var renewals = origin.FetchesOf(path).Length - 1;
        return new DrillCell("renew", peer.Name, string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms, {renewals} renewal(s)"),
            answer.Status == 200 && milliseconds <= Promises.StaleAnswerMillisecondsMax && renewals == 1,
            new Dictionary<string, object?> { ["firstByteMilliseconds"] = milliseconds, ["renewals"] = renewals });
    }

    private async Task<DrillCell> TagAsync(Peer peer, string path)
    {
        var answer = await DrillClient.AskOnceAsync(peer.Port, path);
        var isConditional = origin.FetchesOf(path).Skip(1).FirstOrDefault()?.IfNoneMatch is not null;
        return new DrillCell("tag", peer.Name, isConditional ? "conditional (304)" : "whole 200",
            isConditional && answer.Status == 200 && answer.IsWhole(Scripts.SmallBytes),
            new Dictionary<string, object?> { ["conditional"] = isConditional, ["status"] = answer.Status });
    }

    private async Task<DrillCell> RangeAsync(Peer peer, string path)
    {
        const string Range = "Range: bytes=4000000-4000099\r\n";
        var first = await DrillClient.AskOnceAsync(peer.Port, path, Range);
        await Task.Delay(UntilStored, TimeProvider.System);
        var second = await DrillClient.AskOnceAsync(peer.Port, path, Range);
        var fetches = origin.FetchesOf(path).Length;
        return new DrillCell("range", peer.Name, $"{first.Status}, {first.BodyBytes} B; {second.Status}; fetches {fetches}",
            IsRight(first) && IsRight(second) && fetches == 1,
            new Dictionary<string, object?>
            {
                ["first"] = first.Status, ["firstBytes"] = first.BodyBytes, ["second"] = second.Status, ["originFetches"] = fetches,
            });

        static bool IsRight(DrillAnswer answer) => answer is { Status: 206, BodyBytes: 100, WasCut: false }
            && answer.Field("Content-Range") == "bytes 4000000-4000099/5000000";
    }

    private async Task<DrillCell> TargetedAsync(Peer peer, string path)
    {
        await DrillClient.AskOnceAsync(peer.Port, path);
        await Task.Delay(UntilStored, TimeProvider.System);
        await DrillClient.AskOnceAsync(peer.Port, path);
        var fetches = origin.FetchesOf(path).Length;
        return new DrillCell("targeted", peer.Name, fetches == 1 ? "obeyed" : "ignored", fetches == 1,
            new Dictionary<string, object?> { ["originFetches"] = fetches });
    }

    private static string Say(DrillAnswer answer) => answer switch
    {
        { Status: 200 } when answer.IsWhole(Scripts.SmallBytes) => "200 stale",
        { Status: 200 } => "200 cut",
        _ => $"{answer.Status}",
    };
}
