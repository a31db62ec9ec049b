using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// The first to see a connection of the public listener: there is room for it, a trusted proxy's header is taken, and
/// its client has not more than its share. Then it is watched until it ends. Thread-safe.
/// </summary>
internal sealed class ConnectionGuard(IOptions<ListenerOptions> options, ListenerName name, ProxyProtocol proxy,
    ListenerMetrics metrics, ILogger<ConnectionGuard> log, TimeProvider time)
{
    private static readonly object Mark = new();

    private readonly ConcurrentDictionary<TrackedConnection, byte> _open = new();
    private readonly ConcurrentDictionary<IPAddress, ClientShare> _clients = new();
    private int _connectionsMax = options.Value.ConnectionsMax;
    private int _clientConnectionsMax = int.MaxValue;
    private int _count;

    /// <summary>The connections that are open now.</summary>
    public IEnumerable<TrackedConnection> Open => _open.Keys;

    /// <summary>Connections that may be open at once.</summary>
    public int ConnectionsMax => _connectionsMax;

    /// <summary>Puts the guard before everything else on a listener.</summary>
    /// <exception cref="OptionsValidationException">The process may have too few descriptors.</exception>
    public void Use(ListenOptions listen)
    {
        var limit = Descriptors.Limit();
        if (limit < options.Value.DescriptorsMin)
        {
            throw new OptionsValidationException($"{name.Section}:Listener", typeof(ListenerOptions),
                [$"{name.Section}:Listener:DescriptorsMin: the process may open {limit} files, but needs "
                    + $"{options.Value.DescriptorsMin}: raise the limit (ulimit -n, LimitNOFILE=)"]);
        }
        _connectionsMax = Descriptors.ConnectionsFor(limit, options.Value.ConnectionsMax);
        _clientConnectionsMax = name.IsForPeople
            ? Math.Max(1, (int)(_connectionsMax * options.Value.ClientShareMax)) : int.MaxValue;
        log.Room(_connectionsMax, limit ?? -1);
        listen.Use(next => connection => ServeAsync(next, connection));
    }

    /// <summary>The watched connection under a request; null for one that came in elsewhere.</summary>
    public static TrackedConnection? Of(IConnectionItemsFeature? connection) =>
        connection is not null && connection.Items.TryGetValue(Mark, out var found) ? (TrackedConnection?)found : null;

    /// <summary>
    /// Takes a place for a connection that the server does not know of yet; null: there is none, which is counted. The
    /// server meets the place as a feature of the connection, and takes no second one. Give it back with
    /// <see cref="Leave(ConnectionPlace)"/>.
    /// </summary>
    public ConnectionPlace? TryTake(EndPoint? remote)
    {
        var open = Interlocked.Increment(ref _count);
        metrics.Opened();
        var client = ClientOf(remote);
        var share = Join(client);
        var place = new ConnectionPlace(client, share);
        if (open <= _connectionsMax && share.Connections <= _clientConnectionsMax)
        {
            return place;
        }
        metrics.Refused(open > _connectionsMax ? "full" : "client");
        Leave(place);
        return null;
    }

    /// <summary>The connection has ended.</summary>
    public void Leave(ConnectionPlace place)
    {
        Leave(place.Client, place.Share);
        metrics.Closed();
        Interlocked.Decrement(ref _count);
    }

    private async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        if (connection.Features.Get<ConnectionPlace>() is { } place)
        {
            await WatchAsync(next, connection, place.Share);
            return;
        }
        var open = Interlocked.Increment(ref _count);
        metrics.Opened();
        try
        {
            if (open > _connectionsMax)
            {
                Refuse(connection, "full");
            }
            else if (!proxy.IsOn || await proxy.TakeHeaderAsync(connection))
            {
                await ServeClientAsync(next, connection);
            }
        }
        finally
        {
            metrics.Closed();
            Interlocked.Decrement(ref _count);
        }
    }

    private async Task ServeClientAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var client = ClientOf(connection.RemoteEndPoint);
        var share = Join(client);
        try
        {
            if (share.Connections > _clientConnectionsMax)
            {
                Refuse(connection, "client");
                return;
            }
            await WatchAsync(next, connection, share);
        }
        finally
        {
            Leave(client, share);
        }
    }

    private async Task WatchAsync(ConnectionDelegate next, ConnectionContext connection, ClientShare share)
    {
        var tracked = new TrackedConnection(connection, share, time.GetTimestamp());
        connection.Items[Mark] = tracked;
        _open.TryAdd(tracked, 0);
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(tracked, out _);
        }
    }

    /// <summary>
    /// A share that its last connection has left is dead (−1) and replaced, so that nobody counts in one that was
    /// forgotten.
    /// </summary>
    private ClientShare Join(IPAddress client)
    {
        while (true)
        {
            var share = _clients.GetOrAdd(client, static _ => new ClientShare());
            var connections = Volatile.Read(ref share.Connections);
            if (connections >= 0
                && Interlocked.CompareExchange(ref share.Connections, connections + 1, connections) == connections)
            {
                return share;
            }
        }
    }

    private void Leave(IPAddress client, ClientShare share)
    {
        if (Interlocked.Decrement(ref share.Connections) == 0
            && Interlocked.CompareExchange(ref share.Connections, -1, 0) == 0)
        {
            _clients.TryRemove(new KeyValuePair<IPAddress, ClientShare>(client, share));
        }
    }

    private void Refuse(ConnectionContext connection, string reason)
    {
        metrics.Refused(reason);
        connection.Abort(new ConnectionAbortedException("no room"));
    }

    /// <summary>An IPv4 address, or the first 64 bits of an IPv6 one: whoever has one of those has all.</summary>
    private static IPAddress ClientOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return IPAddress.None;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}

/// <summary>A connection's place on the listener, and in its client's share.</summary>
internal sealed record ConnectionPlace(IPAddress Client, ClientShare Share);
