using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// The server's transport: loops of ours under the listeners that were claimed for them (the public one, in
/// cleartext, on Linux), the framework's sockets under all others.
/// </summary>
internal sealed class LoopTransport(
    IServiceProvider services, IMemoryPoolFactory<byte> memory, IOptions<SocketTransportOptions> sockets,
    ILoggerFactory logs)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private const int Backlog = 1024;

    private readonly SocketTransportFactory _sockets = new(sockets, logs);
    private readonly ConcurrentDictionary<EndPoint, bool> _claimed = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether this system has what the loops call.</summary>
    public static bool IsSupported => GatheredSend.IsSupported;

    /// <summary>The listener of this very end point is to stand on loops.</summary>
    public void Claim(EndPoint endPoint) => _claimed[endPoint] = true;

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _claimed.ContainsKey(endpoint) ? new ValueTask<IConnectionListener>(Bind(endpoint))
            : _sockets.BindAsync(endpoint, cancellationToken);

    private LoopListener Bind(EndPoint endpoint)
    {
        var socket = Listen(endpoint);
        var lane = services.GetRequiredService<HitLane>();
        var limits = services.GetRequiredService<LoopLimits>();
        var time = services.GetRequiredService<TimeProvider>();
        var options = services.GetRequiredService<IOptions<LaneOptions>>().Value;
        var log = services.GetRequiredService<ILogger<LoopTransport>>();
        var count = options.Loops > 0 ? options.Loops : Environment.ProcessorCount;
        return new LoopListener(socket,
            [.. Enumerable.Range(0, count).Select(number => new EventLoop(number, lane, limits, time, log))],
            memory.Create());
    }

    private Socket Listen(EndPoint endpoint)
    {
        Socket? socket = null;
        try
        {
            socket = sockets.Value.CreateBoundListenSocket(endpoint);
            socket.Blocking = false;
            socket.NoDelay = true; // accepted sockets inherit it
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new AddressInUseException(exception.Message, exception)
                : new IOException($"cannot listen on {endpoint}: {exception.Message}", exception);
        }
    }
}
