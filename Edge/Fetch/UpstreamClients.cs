using Flickr.Listening;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Flickr.Edge.Fetch;

/// <summary>YARP's client factory with the edge's deadlines.</summary>
internal sealed class UpstreamClients(ILogger<ForwarderHttpClientFactory> log, IOptions<FetchOptions> options,
    NodeIdentity identity)
    : ForwarderHttpClientFactory(log)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = options.Value.IdleTimeout;
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5); // so that a name's new address is seen
        handler.MaxResponseHeadersLength = 64; // KiB
        handler.MaxResponseDrainSize = 64 << 10;
        handler.ResponseDrainTimeout = TimeSpan.FromMilliseconds(200);
        identity.Secure(handler.SslOptions, "origin", alsoPublic: true);
        // Trace headers pass by the allow-list like any other field; nothing is invented on the way.
        handler.ActivityHeadersPropagator = null;
    }
}
