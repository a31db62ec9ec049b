using Flickr.Edge.Keying;
using Flickr.Edge.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Edge.Tests.Harness;

/// <summary>
/// Several real edges that know each other, each with a control plane of its own, so that a test decides which edge
/// has heard of a purge. All serve one host.
/// </summary>
internal sealed class EdgeFleet : IAsyncDisposable
{
    public const string Host = "photos.example";
    public const string Key = "a-secret-that-all-edges-of-a-test-share";
    private readonly List<LiveSettings> _settings = [];

    public List<EdgeServer> Edges { get; } = [];

    public List<ControlPlaneServer> Controls { get; } = [];

    /// <summary>Starts edges <c>e0</c>, <c>e1</c>, … of one region, or placed by <paramref name="place"/>.</summary>
    public static async Task<EdgeFleet> StartAsync(int count, PhotoOrigin photos, string origin,
        (string, string)[]? settings = null, Func<int, (string Region, bool IsShield)>? place = null)
    {
        var fleet = new EdgeFleet();
        for (var i = 0; i < count; i++)
        {
            var control = await ControlPlaneServer.StartAsync(photos.Key);
            fleet.Controls.Add(control);
            var live = new LiveSettings();
            fleet._settings.Add(live);
            fleet.Edges.Add(await EdgeServer.StartAsync([origin],
                [
                    ("Edge:Sites:0:Access", "Token"), ("Edge:Id", $"e{i}"),
                    ("Edge:ControlPlane", control.Address), ("Edge:ControlPlaneKey", ControlPlaneServer.EdgeKey),
                    ("Edge:Peers:Listen", "http://127.0.0.1:0"), ("Edge:Peers:Key", Key),
                    ("Edge:Peers:HeadTimeout", "00:01:00"), ("Edge:Peers:ConnectTimeout", "00:00:05"),
                    ("Edge:Leases:HomeTimeout", "00:00:05"), ("Edge:Leases:OnceTimeout", "00:00:05"),
                    .. settings ?? [],
                ], live: live));
        }
        for (var i = 0; i < count; i++)
        {
            fleet.Introduce(i, [.. Enumerable.Range(0, count)], place);
            var edge = fleet.Edges[i];
            await Until.TrueAsync(async () => (await edge.Admin.GetAsync("/readyz")).IsSuccessStatusCode);
        }
        return fleet;
    }

    /// <summary>Tells one edge of these edges, itself among them.</summary>
    public void Introduce(int edge, int[] known, Func<int, (string Region, bool IsShield)>? place = null)
    {
        var changes = new List<(string, string?)>();
        foreach (var (node, at) in known.Select((node, at) => (node, at)))
        {
            var (region, isShield) = place?.Invoke(node) ?? ("", false);
            changes.Add(($"Edge:Peers:Nodes:{at}:Name", $"e{node}"));
            changes.Add(($"Edge:Peers:Nodes:{at}:Address", Edges[node].PeerAddress));
            changes.Add(($"Edge:Peers:Nodes:{at}:Region", region));
            changes.Add(($"Edge:Peers:Nodes:{at}:IsShield", isShield.ToString()));
        }
        _settings[edge].Change([.. changes]);
    }

    /// <summary>Changes settings of one edge.</summary>
    public void Change(int edge, params (string Key, string? Value)[] changes) => _settings[edge].Change(changes);

    public PeerMap MapOf(int edge) => Edges[edge].Services.GetRequiredService<PeerMap>();

    /// <summary>The edge that owns a path.</summary>
    public int OwnerOf(string path)
    {
        var key = KeyMaker.Primary(Host, path, "");
        return Enumerable.Range(0, Edges.Count).Single(edge => MapOf(edge).Current.AskedFor(key, out _) is null);
    }

    /// <summary>A path of Alice's album that this edge owns.</summary>
    public string PathOwnedBy(int edge, string resolution = "thumbnail") => Enumerable.Range(0, 1000)
        .Select(number => $"/alice/nature/{resolution}/photo{number}.jpg").First(path => OwnerOf(path) == edge);

    /// <summary>Asks an edge under the host of the fleet.</summary>
    public Task<HttpResponseMessage> GetAsync(int edge, string target, HttpMethod? method = null,
        Action<HttpRequestMessage>? change = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, target);
        request.Headers.Host = Host;
        change?.Invoke(request);
        return Edges[edge].Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The value of a series over all edges.</summary>
    public async Task<double> SumAsync(string series)
    {
        var values = await Task.WhenAll(Edges.Select(edge => edge.MetricAsync(series)));
        return values.Sum();
    }

    /// <summary>Cuts an edge off from everyone at once, as a crash does.</summary>
    public async Task KillAsync(int edge)
    {
        await Edges[edge].App.StopAsync(new CancellationToken(canceled: true));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in Edges)
        {
            await edge.DisposeAsync();
        }
        foreach (var control in Controls)
        {
            await control.DisposeAsync();
        }
    }
}
