using System.Diagnostics;
using System.Globalization;
using Flickr.Load.Peers;

namespace Flickr.Load.Drill;

/// <summary>
/// One leader asks for a cold key, sixty waiters 150 ms later. How often is the origin asked, when do the waiters get
/// bytes, and how many bodies are whole?
/// </summary>
internal sealed class StampedeDrill(ScriptedOrigin origin)
{
    private const int Waiters = 60;

    public static readonly string[] Cases = ["delay", "slow", "private", "error", "missing", "half", "abort"];

    private static readonly TimeSpan WaitersAfter = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LeaderLeavesAfter = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Plays a case some times: most fetches, least whole bodies, medians of the times.</summary>
    public async Task<DrillCell> PlayAsync(Peer peer, string kind, int rounds)
    {
        var all = new List<Seen>();
        for (var round = 0; round < rounds; round++)
        {
            all.Add(await StampedeAsync(peer, kind));
        }
        var seen = new Seen(
            all.Max(one => one.Fetches), all.Max(one => one.Resumes), all.Min(one => one.Whole), all[0].Asked,
            Median(all, one => one.First), Median(all, one => one.Done), Median(all, one => one.Lag),
            Median(all, one => one.Released), all[^1].Statuses);
        return new DrillCell(kind, peer.Name, TextOf(kind, seen), IsKept(kind, seen), new Dictionary<string, object?>
        {
            ["originFetches"] = seen.Fetches,
            ["resumes"] = seen.Resumes,
            ["firstByteSeconds"] = seen.First,
            ["doneSeconds"] = seen.Done,
            ["wholeBodies"] = seen.Whole,
            ["clients"] = seen.Asked,
            ["waiterLagMilliseconds"] = seen.Lag,
            ["releasedMilliseconds"] = seen.Released,
            ["statuses"] = seen.Statuses,
        });
    }

    private async Task<Seen> StampedeAsync(Peer peer, string kind)
    {
        var path = $"/{kind}/{Guid.NewGuid():n}";
        var host = kind == "half" && peer.AdminPort > 0 ? Line.ReplicasHost : null;
        using var stop = new CancellationTokenSource(Longest);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        using var leader = await DrillClient.ConnectAsync(peer.Port, host);
        var waiters = new DrillClient[Waiters];
        for (var i = 0; i < Waiters; i++)
        {
            waiters[i] = await DrillClient.ConnectAsync(peer.Port, host);
        }
        if (kind == "abort")
        {
            leave.CancelAfter(LeaderLeavesAfter);
        }
        var began = Stopwatch.GetTimestamp();
        var leading = leader.AskAsync(path, leave.Token);
        var hangUp = kind == "abort" ? HangUpAsync(leading, leader) : leading;
        await Task.Delay(WaitersAfter, TimeProvider.System, stop.Token);
        var answers = await Task.WhenAll(waiters.Select(waiter => waiter.AskAsync(path, stop.Token)));
        var first = await hangUp;
        foreach (var waiter in waiters)
        {
            waiter.Dispose();
        }
        return Judge(kind, began, first, answers, origin.FetchesOf(path));
    }

    private static async Task<DrillAnswer> HangUpAsync(Task<DrillAnswer> leading, DrillClient leader)
    {
        var answer = await leading;
        leader.Dispose();
        return answer;
    }

    private static Seen Judge(string kind, long began, DrillAnswer leader, DrillAnswer[] waiters, Fetch[] fetches)
    {
        DrillAnswer[] all = kind == "abort" ? waiters : [leader, .. waiters];
        double Of(Func<DrillAnswer, long> at) =>
            MedianOf(waiters.Where(waiter => at(waiter) > 0).Select(waiter => Stopwatch.GetElapsedTime(began, at(waiter)).TotalSeconds));
        var lag = MedianOf(waiters.Where(waiter => waiter.FirstByteAt > 0)
            .Select(waiter => Stopwatch.GetElapsedTime(waiter.AskedAt, waiter.FirstByteAt).TotalMilliseconds))
            - Stopwatch.GetElapsedTime(leader.AskedAt, leader.FirstByteAt).TotalMilliseconds;
        var released = fetches.Length > 1 && fetches[0].HeadSentAt > 0
            ? Stopwatch.GetElapsedTime(fetches[0].HeadSentAt, fetches.Max(fetch => fetch.ArrivedAt)).TotalMilliseconds : double.NaN;
        var statuses = string.Join(' ', all.GroupBy(answer => answer.Status).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()}×{(group.Key == 0 ? "none" : group.Key)}"));
        return new Seen(fetches.Count(fetch => fetch.Range is null), fetches.Count(fetch => fetch.Range is not null),
            all.Count(answer => IsWhole(kind, answer)), all.Length, Of(answer => answer.FirstByteAt), Of(answer => answer.DoneAt),
            lag, released, statuses);
    }

    /// <summary>An error has no right bytes: there, not cut is whole.</summary>
    private static bool IsWhole(string kind, DrillAnswer answer) => kind switch
    {
        "error" or "missing" => !answer.WasCut && answer.Status > 0,
        "delay" or "private" => answer.Status == 200 && answer.IsWhole(Scripts.SmallBytes),
        _ => answer.Status == 200 && answer.IsWhole(Scripts.LargeBytes),
    };

    private static bool IsKept(string kind, Seen seen) => seen.Whole == seen.Asked && kind switch
    {
        "slow" => seen is { Fetches: 1, Lag: <= Promises.WaiterLagMillisecondsMax },
        "private" => seen is { Fetches: 61, Released: <= Promises.ReleaseMillisecondsMax },
        "error" => seen.Fetches <= Promises.ErrorFetchesMax,
        "half" => seen is { Fetches: 1, Resumes: 1 },
        _ => seen.Fetches == 1,
    };

    private static string TextOf(string kind, Seen seen)
    {
        var resumes = seen.Resumes > 0 ? $"+{seen.Resumes}" : "";
        var note = kind switch
        {
            "slow" => $", lag {seen.Lag:0.0} ms",
            "private" => $", released {seen.Released:0} ms",
            "error" => $", {seen.Statuses}",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{seen.Fetches}{resumes} / {seen.First:0.00} / {seen.Done:0.00} / {seen.Whole}{note}");
    }

    private static double Median(List<Seen> all, Func<Seen, double> of) => MedianOf(all.Select(of));

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <param name="Fetches">Requests for the whole that reached the origin.</param>
    /// <param name="Resumes">Requests for a range.</param>
    /// <param name="Whole">Bodies that came whole.</param>
    /// <param name="Asked">Clients that waited to the end.</param>
    /// <param name="First">Seconds from the leader's request to the waiters' first body byte, median.</param>
    /// <param name="Done">The same to the end.</param>
    /// <param name="Lag">Milliseconds to the first body byte, each from its own request: waiters' median less the leader's.</param>
    /// <param name="Released">Milliseconds from the first head of the origin to the last fetch that came.</param>
    /// <param name="Statuses">How many of each.</param>
    private sealed record Seen(int Fetches, int Resumes, int Whole, int Asked, double First, double Done, double Lag, double Released, string Statuses);
}
