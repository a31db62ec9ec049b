using System.Net;
using System.Net.Sockets;

namespace Flickr.Up;

/// <summary>
/// Tries every port of a plan before anything starts, so that a taken one is named with the node that needs
/// it instead of failing half of the system.
/// </summary>
internal static class PortCheck
{
    /// <summary>Null when every listener of the plan can be bound, else the first that cannot.</summary>
    public static UpRefusal? Judge(IEnumerable<UpNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (!IPAddress.TryParse(node.BindHost is "localhost" ? "127.0.0.1"
                : node.BindHost, out var address))
            {
                return new UpRefusal($"--host {node.BindHost} is not an IP address or localhost");
            }
            var refusal = Try(node.Name, address, node.Port)
                ?? Try(node.Name + " (admin)", IPAddress.Loopback, node.AdminPort)
                ?? (node.MemberPort is { } memberPort
                    ? Try(node.Name + " (members)", IPAddress.Loopback, memberPort)
                    : null);
            if (refusal is not null)
            {
                return refusal;
            }
        }
        return null;
    }

    /// <summary>
    /// The line for a port that was free when it was tried and taken when the node started.
    /// </summary>
    public static UpRefusal Taken(string who, int port) =>
        new($"port {port} is taken, and {who} needs it; " +
            "stop what listens there, or move all ports with --port-base");

    private static UpRefusal? Try(string who, IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Taken(who, port);
        }
        catch (SocketException fault)
        {
            return new UpRefusal($"{who} cannot listen on {address}:{port}: {fault.Message}");
        }
    }
}
