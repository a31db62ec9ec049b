using Flickr.Origin.Needles;
using Flickr.Origin.Placement;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// The nodes as callable replicas, with the rules every coordinated call follows: who is asked, in which order, what a
/// silent node means. Thread-safe.
/// </summary>
internal sealed class Cluster
{
    private readonly Dictionary<string, IReplica> _replicas;
    private readonly OriginMetrics _metrics;
    private readonly ILogger _log;
    private readonly PeerHealth _health;

    public Cluster(ClusterMap map, NodeStore store, IReplica local, IEnumerable<IReplica> peers, PeerHealth health,
        OriginMetrics metrics, ILogger log)
    {
        Map = map;
        Store = store;
        Local = local;
        _replicas = peers.Append(local).ToDictionary(replica => replica.NodeId, StringComparer.Ordinal);
        _health = health;
        _metrics = metrics;
        _log = log;
    }

    public ClusterMap Map { get; }

    public NodeStore Store { get; }

    public IReplica Local { get; }

    public IEnumerable<IReplica> Peers => _replicas.Values.Where(replica => replica != Local);

    public IEnumerable<IReplica> All => _replicas.Values;

    public IReplica Of(ClusterNode node) => _replicas[node.Id];

    public IReplica? Find(string node) => _replicas.GetValueOrDefault(node);

    public bool IsResting(IReplica replica) => _health.IsResting(replica.NodeId);

    /// <summary>Asks one node; a node that does not answer gives null.</summary>
    public async Task<Answer<T>?> AskAsync<T>(IReplica replica, Func<IReplica, Task<T>> call)
    {
        try
        {
            var value = await call(replica);
            _health.Answered(replica.NodeId);
            return new Answer<T>(replica, value);
        }
        catch (PeerUnavailableException error)
        {
            _health.Failed(replica.NodeId);
            _metrics.PeerFailures.Inc();
            OriginLog.PeerFailed(_log, replica.NodeId, error.Message);
            return null;
        }
    }

    /// <summary>Asks all at once and waits for all; the silent ones are left out.</summary>
    public async Task<List<Answer<T>>> AskAllAsync<T>(IEnumerable<IReplica> replicas, Func<IReplica, Task<T>> call)
    {
        var answers = await Task.WhenAll(replicas.Select(replica => AskAsync(replica, call)));
        return [.. answers.OfType<Answer<T>>()];
    }

    /// <summary>Asks all at once and waits until <paramref name="enough"/> have answered, or nobody is left.</summary>
    public async Task<List<Answer<T>>> AskEnoughAsync<T>(
        IEnumerable<IReplica> replicas, int enough, Func<IReplica, Task<T>> call)
    {
        var waiting = replicas.Select(replica => AskAsync(replica, call)).ToList();
        var answers = new List<Answer<T>>();
        while (waiting.Count > 0 && answers.Count < enough)
        {
            var done = await Task.WhenAny(waiting);
            waiting.Remove(done);
            if (await done is { } answer)
            {
                answers.Add(answer);
            }
        }
        return answers;
    }

    /// <summary>
    /// Writes to every home at once and answers at the quorum. A home that gives no durable answer is replaced by the next
    /// stand-in, which keeps a hint for it; where every node is a home, one that stored keeps the hint.
    /// </summary>
    /// <param name="key">What decides the homes.</param>
    /// <param name="write">The write; its second argument is the node to keep a hint for, or null.</param>
    /// <param name="standInsCount">
    /// Whether stand-ins count towards the quorum: for blobs, which any one copy answers, not for links, whose reads meet
    /// their writes only on the homes.
    /// </param>
    /// <param name="finished">Given back once the stragglers have answered too.</param>
    public async Task<WriteOutcome> WriteAsync(Digest key, Func<IReplica, string?, Task<StoreVerdict>> write,
        bool standInsCount, IDisposable? finished)
    {
        var preference = Map.PreferenceFor(key);
        var quorum = new QuorumWrite(preference.Homes.Length, Map.WriteQuorum);
        var standIns = new Queue<ClusterNode>(preference.StandIns);
        var homes = preference.Homes.Select(home => WriteHomeAsync(home, standIns, write, standInsCount, quorum)).ToList();
        _ = FinishAsync(homes, write, finished);
        return await quorum.Outcome;
    }

    private async Task<HomeResult> WriteHomeAsync(ClusterNode home, Queue<ClusterNode> standIns,
        Func<IReplica, string?, Task<StoreVerdict>> write, bool standInsCount, QuorumWrite quorum)
    {
        var verdict = await TryWriteAsync(Of(home), null, write);
        if (verdict is StoreVerdict.Stored or StoreVerdict.Existed or StoreVerdict.Older)
        {
            quorum.Note(verdict);
            return new HomeResult(home, IsDurable: verdict is not StoreVerdict.Older, NeedsHint: false);
        }
        while (TryNext(standIns, out var standIn))
        {
            if (await TryWriteAsync(Of(standIn), home.Id, write) is StoreVerdict.Stored or StoreVerdict.Existed)
            {
                quorum.Note(StoreVerdict.Stored, standInsCount);
                return new HomeResult(home, IsDurable: false, NeedsHint: false);
            }
        }
        quorum.Note(verdict);
        return new HomeResult(home, IsDurable: false, NeedsHint: true);
    }

    private async Task<StoreVerdict?> TryWriteAsync(
        IReplica replica, string? hintFor, Func<IReplica, string?, Task<StoreVerdict>> write) =>
        (await AskAsync(replica, asked => write(asked, hintFor)))?.Value;

    /// <summary>The part nobody waits for: hints for homes that nobody stood in for, then letting the body go.</summary>
    private async Task FinishAsync(List<Task<HomeResult>> homes, Func<IReplica, string?, Task<StoreVerdict>> write,
        IDisposable? finished)
    {
        try
        {
            var results = await Task.WhenAll(homes);
            var keeper = results.Where(result => result.IsDurable)
                .OrderBy(result => result.Home.Id == Local.NodeId ? 0 : 1).FirstOrDefault();
            foreach (var missed in results.Where(result => result.NeedsHint))
            {
                if (keeper is not null)
                {
                    await TryWriteAsync(Of(keeper.Home), missed.Home.Id, write);
                }
            }
        }
        catch (Exception error)
        {
            OriginLog.BackgroundFailed(_log, error, "replication");
        }
        finally
        {
            finished?.Dispose();
        }
    }

    private static bool TryNext(Queue<ClusterNode> nodes, out ClusterNode node)
    {
        lock (nodes)
        {
            return nodes.TryDequeue(out node!);
        }
    }

    private sealed record HomeResult(ClusterNode Home, bool IsDurable, bool NeedsHint);
}

/// <summary>What one node answered.</summary>
internal sealed record Answer<T>(IReplica Replica, T Value);
