using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>Takes the client's address from the PROXY header of connections that come from a trusted proxy.</summary>
internal sealed class ProxyProtocol(IOptions<ProxyProtocolOptions> options, ListenerMetrics metrics, TimeProvider time)
{
    private readonly IReadOnlyList<IPNetwork> _trusted = options.Value.Networks();

    /// <summary>Whether any proxy is trusted.</summary>
    public bool IsOn => _trusted.Count > 0;

    /// <summary>Serves a connection with the endpoint that its header names; false when it was closed instead.</summary>
    public async ValueTask<bool> TakeHeaderAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote || !IsTrusted(remote.Address))
        {
            return true;
        }
        using var bound = new CancellationTokenSource(options.Value.HeaderTimeout, time);
        try
        {
            if (await ReadAsync(connection, bound.Token))
            {
                return true;
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // Late or gone: closed below like a connection without a header.
            _ = fault;
        }
        metrics.Refused("proxy");
        connection.Abort(new ConnectionAbortedException("no PROXY header from a trusted proxy"));
        return false;
    }

    private static async ValueTask<bool> ReadAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var state = ProxyHeader.Read(read.Buffer, out var consumed, out var source);
            if (state == ProxyHeaderState.Whole)
            {
                input.AdvanceTo(read.Buffer.GetPosition(consumed));
                connection.RemoteEndPoint = source ?? connection.RemoteEndPoint;
                return true;
            }
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (state == ProxyHeaderState.Bad || read.IsCompleted)
            {
                return false;
            }
        }
    }

    private bool IsTrusted(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _trusted)
        {
            if (network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
            {
                return true;
            }
        }
        return false;
    }
}
