using Flickr.Watching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Listening;

/// <summary>Registers what <see cref="NodeListeners"/> needs.</summary>
internal static class ListenerServices
{
    /// <summary>Registers the listeners' options, guards and loops.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="section">Section of the program's settings, e.g. <c>Edge</c>; in lower case its name in metrics.</param>
    /// <param name="isForPeople">Whether anybody may connect.</param>
    /// <param name="registry">The program's registry of metrics.</param>
    public static void AddListeners(this IServiceCollection services, string section, bool isForPeople,
        Func<IServiceProvider, CollectorRegistry> registry)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new ListenerName(section, isForPeople));
        services.AddOptions<TlsOptions>().BindConfiguration(section + ":Tls").ValidateOnStart();
        services.AddOptions<ProxyProtocolOptions>().BindConfiguration(section + ":ProxyProtocol").ValidateOnStart();
        services.AddOptions<ListenerOptions>().BindConfiguration(section + ":Listener").ValidateOnStart();
        services.AddSingleton<IValidateOptions<TlsOptions>, TlsOptionsValidator>();
        services.AddSingleton<IValidateOptions<ProxyProtocolOptions>, ProxyProtocolOptionsValidator>();
        services.AddSingleton<IValidateOptions<ListenerOptions>, ListenerOptionsValidator>();
        services.AddOptions<SocketTransportOptions>().Configure<IOptions<ListenerOptions>>((sockets, listener) =>
        {
            if (listener.Value.SharePort)
            {
                sockets.CreateBoundListenSocket = SharedPort.Bind;
            }
        });
        services.AddSingleton(provider => new ListenerMetrics(registry(provider), section.ToLowerInvariant()));
        services.AddSingleton<ProxyProtocol>().AddSingleton<ConnectionGuard>().AddSingleton<MemoryCeiling>();
        services.AddSingleton<PublicRequests>().AddSingleton<TlsCertificates>();
        services.AddWatch(section, registry);
        services.AddHostedService<ListenerStart>();
        services.AddHostedService(provider => provider.GetRequiredService<TlsCertificates>());
        services.AddHostedService<ConnectionWatch>();
    }

    /// <summary>
    /// The server's own limits. The times hold where anybody may connect: between our own programs a pooled connection
    /// may wait longer, and an upload is as slow as the browser it comes from.
    /// </summary>
    public static void Limit(KestrelServerOptions kestrel, ListenerOptions options, bool isForPeople)
    {
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = options.RequestLineBytesMax;
        limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax;
        limits.MaxRequestHeaderCount = options.HeadersMax;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.MaxResponseBufferSize = 64 << 10;
        limits.Http2.MaxStreamsPerConnection = options.StreamsMax;
        if (isForPeople)
        {
            limits.KeepAliveTimeout = options.KeepAlive;
            limits.MinRequestBodyDataRate = new MinDataRate(options.BodyBytesPerSecondMin, TimeSpan.FromSeconds(5));
            limits.MinResponseDataRate = new MinDataRate(options.AnswerBytesPerSecondMin, TimeSpan.FromSeconds(10));
        }
    }
}
