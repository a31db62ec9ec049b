using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Peers;

/// <summary>
/// The list of edges in force. Taken anew when the settings change; a list that is wrong changes nothing. Thread-safe.
/// </summary>
internal sealed partial class PeerMap : IDisposable
{
    private const int NodesMax = 256;
    private readonly IDisposable? _watch;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerMap> _log;
    private readonly string _edgeId;
    private readonly Dictionary<string, PeerState> _states = new(StringComparer.Ordinal);
    private volatile PeerTable _current;

    /// <exception cref="OptionsValidationException">The list is wrong.</exception>
    public PeerMap(IOptionsMonitor<PeerOptions> options, IOptions<EdgeOptions> edge, TimeProvider time,
        ILogger<PeerMap> log)
    {
        (_time, _log, _edgeId) = (time, log, edge.Value.Id);
        var faults = FaultsOf(options.CurrentValue, edge.Value);
        if (faults.Count > 0)
        {
            throw new OptionsValidationException("Edge:Peers", typeof(PeerOptions), faults);
        }
        _current = TableOf(options.CurrentValue);
        _watch = options.OnChange(changed => Take(changed, edge.Value));
    }

    /// <summary>The list now.</summary>
    public PeerTable Current => _current;

    public void Dispose() => _watch?.Dispose();

    private static List<string> FaultsOf(PeerOptions options, EdgeOptions edge)
    {
        var faults = new List<string>();
        if (options.Nodes.Length == 0)
        {
            return faults;
        }
        if (options.Nodes.Length > NodesMax)
        {
            faults.Add($"Edge:Peers:Nodes: at most {NodesMax}");
        }
        if (string.IsNullOrEmpty(edge.ControlPlane))
        {
            // Fill sequences of two edges compare only when one log numbers the invalidations of both.
            faults.Add("Edge:Peers:Nodes: edges that ask each other follow one control plane (Edge:ControlPlane)");
        }
        if ((EdgeOptions.KeyOf(options.Key, options.KeyFile)?.Length ?? 0) < PeerSeal.KeyLengthMin)
        {
            faults.Add($"Edge:Peers:Key: at least {PeerSeal.KeyLengthMin} characters");
        }
        var self = SelfOf(options, edge.Id);
        if (!options.Nodes.Any(node => node.Name == self))
        {
            faults.Add($"Edge:Peers:Nodes: this edge, '{self}', is not among them");
        }
        for (var i = 0; i < options.Nodes.Length; i++)
        {
            var node = options.Nodes[i];
            if (!NameForm().IsMatch(node.Name) || (node.Region.Length > 0 && !NameForm().IsMatch(node.Region)))
            {
                faults.Add($"Edge:Peers:Nodes:{i}: Name and Region are 1 to 64 of [A-Za-z0-9._-]");
            }
            if (options.Nodes.Take(i).Any(other => other.Name == node.Name))
            {
                faults.Add($"Edge:Peers:Nodes:{i}: there is another '{node.Name}'");
            }
            if (!Uri.TryCreate(node.Address, UriKind.Absolute, out var address) || address.PathAndQuery != "/"
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            {
                faults.Add($"Edge:Peers:Nodes:{i}:Address: '{node.Address}' is not an address such as http://10.0.0.2:8071");
            }
        }
        return faults;
    }

    private static string SelfOf(PeerOptions options, string edgeId) =>
        options.Self.Length > 0 ? options.Self : edgeId;

    private void Take(PeerOptions options, EdgeOptions edge)
    {
        var faults = FaultsOf(options, edge);
        if (faults.Count > 0)
        {
            EdgeLog.PeersRefused(_log, string.Join("; ", faults));
            return;
        }
        lock (_states)
        {
            _current = TableOf(options);
        }
        EdgeLog.PeersTaken(_log, options.Nodes.Length);
    }

    private PeerTable TableOf(PeerOptions options) => new(SelfOf(options, _edgeId), options.Nodes
        .Select(node => new PeerNode(node.Name, new Uri(node.Address).GetLeftPart(UriPartial.Authority), node.Region,
            node.IsShield, StateOf(node)))
        .ToImmutableArray());

    private PeerState StateOf(PeerNodeOptions node)
    {
        var name = node.Name + " " + node.Address; // a moved node starts without a past
        if (!_states.TryGetValue(name, out var state))
        {
            _states[name] = state = new PeerState(_time);
        }
        return state;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex NameForm();
}
