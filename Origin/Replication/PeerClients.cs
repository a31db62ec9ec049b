using System.Net.Http.Headers;
using Flickr.Origin.Placement;

namespace Flickr.Origin.Replication;

/// <summary>One HTTP client for each other node of the map.</summary>
internal sealed class PeerClients : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private readonly List<HttpClient> _clients = [];

    public PeerClients(ClusterMap map, OriginOptions options, string key)
    {
        foreach (var node in map.Nodes.Where(node => node.Id != options.NodeId))
        {
            var client = new HttpClient(new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
                UseProxy = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = System.Net.DecompressionMethods.None,
            })
            {
                BaseAddress = new Uri(node.Address),
                Timeout = Timeout.InfiniteTimeSpan,
            };
            if (key.Length > 0)
            {
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }
            _clients.Add(client);
            Replicas.Add(new RemoteReplica(node.Id, client, options.PeerTimeout));
        }
    }

    public List<IReplica> Replicas { get; } = [];

    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
