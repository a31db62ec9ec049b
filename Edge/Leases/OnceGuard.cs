using System.Collections.Immutable;
using System.IO.Hashing;
using Flickr.Edge.Peers;
using Flickr.Fleet.Durability;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Leases;

/// <summary>
/// Lets a token for one use be used once in the whole fleet: its home, one edge by rendezvous hashing over all of them,
/// says whether it was. A home that does not answer means no. Thread-safe.
/// </summary>
internal sealed class OnceGuard : IDisposable
{
    private readonly PeerMap _map;
    private readonly PeerCalls _calls;
    private readonly LeaseMetrics _metrics;
    private readonly LeaseOptions _options;
    private readonly UsedTokens _used;
    private readonly ILogger<OnceGuard> _log;

    public OnceGuard(PeerMap map, PeerCalls calls, LeaseMetrics metrics, IOptions<LeaseOptions> options,
        IOptions<EdgeOptions> edge, TimeProvider time, ILogger<OnceGuard> log)
    {
        (_map, _calls, _metrics, _options, _log) = (map, calls, metrics, options.Value, log);
        _used = new UsedTokens(Path.Combine(edge.Value.DataDirectory, "once.journal"), _options, time);
    }

    /// <summary>Uses the token of a request for what it asks.</summary>
    public async Task<OnceVerdict> UseAsync(EdgeRequest request, AccessGrant grant, CancellationToken cancellationToken)
    {
        var client = request.Context.Connection.RemoteIpAddress?.GetAddressBytes() ?? [];
        var use = new OnceUse($"{grant.Issuer}\n{grant.TokenId}\n{request.Target.Path.Value}",
            XxHash3.HashToUInt64(client), grant.IssuedAt.ToUnixTimeSeconds(), grant.Expires.ToUnixTimeSeconds(),
            request.Facts.Range is not null);
        var table = _map.Current;
        var home = PeerTable.HomeOf($"{grant.Issuer}\n{grant.TokenId}", table.Nodes);
        var verdict = home is null || home.Name == table.Self
            ? TakeHere(use)
            : Enum.TryParse<OnceVerdict>(await _calls.PostAsync(home, table.Self, LeaseMessage.Of(use),
                _options.OnceTimeout, cancellationToken), out var said) ? said : OnceVerdict.Unknown;
        _metrics.Once(verdict);
        return verdict;
    }

    /// <summary>Uses a token whose home is this edge.</summary>
    public OnceVerdict TakeHere(in OnceUse use)
    {
        var names = _map.Current.Nodes.IsEmpty ? ImmutableArray<string>.Empty
            : [.. _map.Current.Nodes.Select(node => node.Name)];
        try
        {
            return _used.Take(use, names);
        }
        catch (Exception exception) when (exception is IOException or DurabilityException or UnauthorizedAccessException)
        {
            EdgeLog.OnceJournalBroke(_log, exception);
            return OnceVerdict.Unknown;
        }
    }

    public void Dispose() => _used.Dispose();
}
