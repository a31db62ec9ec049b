using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Flickr.Listening;

/// <summary>
/// Listens on a port beside other processes of ours (<c>SO_REUSEPORT</c>), so that the next one takes connections before this
/// one stops. What this one had accepted but not taken when it closes goes to the others only with the sysctl
/// <c>net.ipv4.tcp_migrate_req=1</c> (Linux 5.14).
/// </summary>
internal static class SharedPort
{
    private const int LevelSocket = 1;
    private const int OptionReusePort = 15;

    /// <summary>Binds, sharing the port where the system can.</summary>
    public static Socket Bind(EndPoint endpoint)
    {
        if (!OperatingSystem.IsLinux() || endpoint is not IPEndPoint address)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetRawSocketOption(LevelSocket, OptionReusePort, BitConverter.GetBytes(1));
            if (address.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            socket.Bind(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
