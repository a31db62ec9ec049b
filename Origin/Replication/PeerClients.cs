using System.Net.Http.Headers;
using Flickr.Listening;
using Flickr.Origin.Framing;
using Flickr.Origin.Placement;

namespace Flickr.Origin.Replication;

/// <summary>The connections to each other node of the map: frames for small calls, HTTP for large bodies.</summary>
internal sealed class PeerClients : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private readonly List<HttpClient> _clients = [];
    private readonly List<FrameClient> _frames = [];

    public PeerClients(ClusterMap map, OriginOptions options, string key, NodeIdentity identity)
    {
        foreach (var node in map.Nodes.Where(node => node.Id != options.NodeId))
        {
            var handler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
                UseProxy = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = System.Net.DecompressionMethods.None,
            };
            identity.Secure(handler.SslOptions, "origin");
            var client = new HttpClient(handler)
            {
                BaseAddress = new Uri(node.Address),
                Timeout = Timeout.InfiniteTimeSpan,
            };
            if (key.Length > 0)
            {
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }
            _clients.Add(client);
            var frames = new FrameClient(new Uri(node.Address), key, ConnectTimeout, identity);
            _frames.Add(frames);
            Replicas.Add(new FramedReplica(new RemoteReplica(node.Id, client, options.PeerTimeout), frames, options.PeerTimeout));
        }
    }

    public List<IReplica> Replicas { get; } = [];

    public void Dispose()
    {
        _frames.ForEach(frames => frames.Dispose());
        _clients.ForEach(client => client.Dispose());
    }
}
