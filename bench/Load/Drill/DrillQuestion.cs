using Flickr.Load.Peers;

namespace Flickr.Load.Drill;

/// <summary>
/// The whole drill: every case at every server, one server after the other, each warmed first. Their configurations are
/// in <c>bench/peers</c>.
/// </summary>
internal static class DrillQuestion
{
    private const int WarmRequests = 300;
    private const int WarmCrowds = 2;

    public static readonly string[] Servers = ["flickr", "nginx", "varnish", "ats"];

    public static async Task<List<DrillCell>> AskAsync(IReadOnlyList<Peer> peers, ScriptedOrigin origin, int rounds)
    {
        var cells = new List<DrillCell>();
        foreach (var peer in peers)
        {
            await WarmAsync(peer, origin);
            var stampede = new StampedeDrill(origin);
            foreach (var kind in StampedeDrill.Cases)
            {
                cells.Add(await stampede.PlayAsync(peer, kind, rounds));
            }
            cells.AddRange(await new StaleDrill(origin).PlayAsync(peer));
            cells.Add(await PurgeDrill.PlayAsync(peer));
        }
        return cells;
    }

    /// <summary>Misses, hits and small crowds, so that no code runs for the first time when it is measured.</summary>
    private static async Task WarmAsync(Peer peer, ScriptedOrigin origin)
    {
        for (var i = 0; i < WarmRequests; i++)
        {
            await DrillClient.AskOnceAsync(peer.Port, $"/tag/warm-{i / 2}");
        }
        var stampede = new StampedeDrill(origin);
        for (var pass = 0; pass < WarmCrowds; pass++)
        {
            await Task.WhenAll(new[] { "delay", "slow", "private", "missing" }.Select(kind => stampede.PlayAsync(peer, kind, rounds: 1)));
        }
    }
}
