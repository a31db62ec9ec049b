using System.Net;
using System.Net.Sockets;

namespace Flickr.Tests;

/// <summary>
/// Port bases whose ports are free right now, below the range that the system hands out by itself.
/// </summary>
internal static class FreePorts
{
    private static readonly int[] Offsets = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 1000, 1001, 1002, 1010, 1011, 1012];

    public static int Base()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var portBase = 12_000 + (Random.Shared.Next(850) * 20);
            if (portBase + 1_012 < 32_000 && Offsets.All(offset => IsFree(portBase + offset)))
            {
                return portBase;
            }
        }
        throw new InvalidOperationException("no free ports");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
