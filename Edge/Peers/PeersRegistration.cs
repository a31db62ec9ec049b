using Flickr.Edge.Leases;
using Flickr.Listening;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Peers;

/// <summary>Puts the fleet of edges, and the leases that are kept among them, into a program.</summary>
internal static class PeersRegistration
{
    private static readonly object PeerMark = new();

    /// <summary>Registers the parts and their options.</summary>
    public static IServiceCollection AddPeers(this IServiceCollection services)
    {
        services.AddOptions<PeerOptions>().BindConfiguration("Edge:Peers").ValidateOnStart();
        services.AddSingleton<IValidateOptions<PeerOptions>, PeerOptionsValidator>();
        services.AddOptions<LeaseOptions>().BindConfiguration("Edge:Leases").ValidateOnStart();
        services.AddSingleton<IValidateOptions<LeaseOptions>, LeaseOptionsValidator>();
        services.AddSingleton<PeerMap>();
        services.AddSingleton<PeerCalls>();
        services.AddSingleton<PeerMetrics>();
        services.AddSingleton<PeerFills>();
        services.AddSingleton<PeerEndpoint>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PeerOptions>>().Value;
            return new HotKeys(options.CountedKeysMax, options.HalfLife, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider => new LeaseTable(
            provider.GetRequiredService<IOptions<LeaseOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LeaseMetrics>();
        services.AddSingleton<OnceGuard>();
        services.AddSingleton<LeaseEndpoint>();
        services.AddSingleton<Transfers>();
        services.AddHostedService(provider => provider.GetRequiredService<Transfers>());
        return services;
    }

    /// <summary>Opens the listener for peers, if there is one.</summary>
    public static void ListenToPeers(this KestrelServerOptions kestrel, string? address)
    {
        if (string.IsNullOrEmpty(address))
        {
            return;
        }
        kestrel.Listen(NodeListeners.EndPointOf(address), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Items[PeerMark] = true;
                return next(connection);
            });
        });
    }

    /// <summary>
    /// Sends what comes in on the listener for peers its own way, and refuses what poses as a peer elsewhere. Judged by
    /// the connection, never by a field.
    /// </summary>
    public static void UsePeers(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<PeerEndpoint>();
        app.Use(next => context =>
            context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(PeerMark) == true
                ? endpoint.InvokeAsync(context)
            : context.Request.Headers.ContainsKey(PeerSeal.AskField) ? PeerEndpoint.RefuseAsync(context)
            : next(context));
    }
}
