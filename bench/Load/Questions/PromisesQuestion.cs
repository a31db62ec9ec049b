using Flickr.Load.Generator;
using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>Are the promises kept? Every shape of <see cref="Promised"/>, all servers of it in turns.</summary>
internal static class PromisesQuestion
{
    private const int LatencyRounds = 3;

    /// <summary>A shape with the rounds of each server that took part.</summary>
    internal sealed record ShapeSeen(HitsQuestion.Shape Shape, List<Row> Rows);

    public static List<ShapeSeen> Ask(IReadOnlyList<Peer> peers, string? only, int rounds, TimeSpan each)
    {
        var seen = new List<ShapeSeen>();
        foreach (var shape in HitsQuestion.Shapes.Where(shape => only is null || shape.Name == only))
        {
            var asked = peers.Where(peer => shape.Name == Promised.SignedShape || peer.Name != "nginx+secure_link").ToList();
            if (seen.Count == 0)
            {
                // Once in a while's run: code that has just been loaded is compiled, files are mapped.
                asked.ForEach(peer => HitsQuestion.Warm(peer, shape));
            }
            seen.Add(new ShapeSeen(shape, HitsQuestion.Ask(asked, shape, rounds, each)));
            Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {shape.Name} done");
        }
        return seen;
    }

    public static List<PromiseSeen> Judge(IReadOnlyList<ShapeSeen> shapes)
    {
        var judged = new List<PromiseSeen>();
        foreach (var (shape, rows) in shapes)
        {
            foreach (var promise in Promised.All.Where(promise => promise.Shape == shape.Name))
            {
                if (rows.Find(row => row.Name == promise.Peer) is { } theirs && rows[0].Name != promise.Peer)
                {
                    var ratios = rows[0].RatiosTo(theirs);
                    judged.Add(new PromiseSeen(promise, rows[0].RatioTo(theirs), ratios.Min(), ratios.Max()));
                }
            }
        }
        return judged;
    }

    /// <summary>
    /// p99 in an open loop at half of each peer's top rate: requests fall due at a steady rate, and a late answer
    /// counts from when its request was due.
    /// </summary>
    public static List<LatencySeen> AskLatency(IReadOnlyList<Peer> peers, ShapeSeen top, TimeSpan each)
    {
        var seen = new List<LatencySeen>();
        foreach (var row in top.Rows.Skip(1).Where(row => !row.Name.Contains('+', StringComparison.Ordinal)))
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            var peer = peers.First(peer => peer.Name == row.Name);
            for (var round = 0; round < LatencyRounds; round++)
            {
                ours.Add(P99(peers[0], top.Shape, row.Median / 2, each));
                theirs.Add(P99(peer, top.Shape, row.Median / 2, each));
            }
            seen.Add(new LatencySeen(row.Name, row.Median / 2, Median(ours), Median(theirs)));
        }
        return seen;
    }

    private static double P99(Peer peer, HitsQuestion.Shape shape, double perSecond, TimeSpan each) =>
        LoadRun.Open(peer.Port, shape.Connections, each, HitsQuestion.Requests(peer, shape), perSecond)
            .QuantileMilliseconds(0.99);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
