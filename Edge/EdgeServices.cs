using Flickr.Edge.Access;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Cache.WhatIf;
using Flickr.Edge.Collapse;
using Flickr.Edge.Explain;
using Flickr.Edge.Fetch;
using Flickr.Edge.Gate;
using Flickr.Edge.Lane;
using Flickr.Edge.Peers;
using Flickr.Edge.Purge;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Edge.Upstream;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Listening;
using Flickr.Tokens;
using Flickr.Tracing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Flickr.Edge;

/// <summary>The edge's parts, room by room, and the order of its middleware.</summary>
internal static class EdgeServices
{
    /// <summary>Registers everything.</summary>
    public static void AddEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMembership(configuration, "Edge", "edge", configuration["Edge:Id"] ?? "edge");
        services.AddSingleton<EdgeMetrics>();
        services.AddEdgeOptions();
        services.AddTracing("Edge");
        services.AddListeners("Edge", isForPeople: true,
            provider => provider.GetRequiredService<EdgeMetrics>().Registry);
        services.AddRequestGate();
        services.AddFetch();
        services.AddHorizon(configuration);
        services.AddSingleton<LiveSites>();
        services.AddSingleton<VerifyKeys>();
        services.AddSingleton<Gatekeeper>();
        services.AddSingleton<RefusalBudget>();
        services.AddSingleton<SignatureLane>();
        services.AddSingleton<DoorMetrics>();
        services.AddSingleton<TokenDoor>();
        services.AddSingleton(provider =>
            new MemoryTier(provider.GetRequiredService<IOptions<EdgeMemoryOptions>>().Value));
        services.AddSingleton(provider => new ObjectCache(
            provider.GetRequiredService<MemoryTier>(), provider.GetService<LogTier>()));
        if (configuration.GetValue("Edge:Log:Enabled", true))
        {
            services.AddSingleton(OpenLog);
        }
        services.AddWhatIf();
        services.AddSingleton<Spool>();
        services.AddSingleton<FlightTable>();
        services.AddSingleton<Fills>();
        services.AddSingleton<UncacheablePredictor>();
        services.AddSingleton<FailureMemory>();
        services.AddSingleton<Responder>();
        services.AddSingleton<StoredAnswers>();
        services.AddSingleton<HeadUpdates>();
        services.AddSingleton<PassAnswers>();
        services.AddSingleton<FillAnswers>();
        services.AddSingleton<Invalidations>();
        services.AddSingleton<PurgeEndpoint>();
        services.AddSingleton<AccessLog>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLog>());
        services.AddSingleton<RequestLog>();
        services.AddSingleton<WhyEndpoint>();
        services.AddSingleton<AdminEndpoints>();
        services.AddSingleton<StateMetrics>();
        services.AddSingleton<TierMetrics>();
        services.AddSingleton<Drain>();
        services.AddSingleton<EdgePipeline>();
        services.AddHitLane();
        services.AddPeers();
    }

    /// <summary>Admin listener first, then the pipeline; nothing else.</summary>
    public static void UseEdge(this WebApplication app)
    {
        var drain = app.Services.GetRequiredService<Drain>();
        var admin = app.Services.GetRequiredService<AdminEndpoints>();
        app.Services.GetRequiredService<StateMetrics>();
        app.Services.GetRequiredService<TierMetrics>();
        app.Services.GetRequiredService<LaneMetrics>();
        var pipeline = app.Services.GetRequiredService<EdgePipeline>();
        app.UsePeers();
        app.UseAdminListener(app.Services.GetRequiredService<EdgeMetrics>().Registry, () => drain.IsReady,
            admin.TryAnswerAsync);
        var metrics = app.Services.GetRequiredService<EdgeMetrics>();
        app.Services.GetRequiredService<RequestGate>().OnRefusal = metrics.GateRefused;
        app.UseMiddleware<Http2Gate>();
        app.Run(pipeline.InvokeAsync);
    }

    /// <summary>
    /// Opens the log and ties it to RAM (what proved worth keeping is written) and to the horizon (what is
    /// dead is not carried on).
    /// </summary>
    private static LogTier OpenLog(IServiceProvider provider)
    {
        var edge = provider.GetRequiredService<IOptions<EdgeOptions>>().Value;
        var horizon = provider.GetRequiredService<InvalidationHorizon>();
        var log = LogTier.Open(provider.GetRequiredService<IOptions<EdgeLogOptions>>().Value,
            edge.DataDirectory,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LogTier>>());
        log.IsValid = (_, head, fillSequence) => ObjectHead.ReadFrom(head.Span) is { } known
            && horizon.Judge(known.Facts, fillSequence) != Coverage.Hard;
        var memory = provider.GetRequiredService<MemoryTier>();
        memory.Kept = lease => log.TryAdmit(lease);
        log.IsHot = memory.Contains;
        return log;
    }

    private static void AddEdgeOptions(this IServiceCollection services)
    {
        Add<EdgeOptions, EdgeOptionsValidator>("Edge");
        services.PostConfigure<EdgeOptions>(options =>
            options.DataDirectory = DataFolder.Of(options.DataDirectory, "edge"));
        Add<CollapseOptions, CollapseOptionsValidator>("Edge:Collapse");
        Add<FetchOptions, FetchOptionsValidator>("Edge:Fetch");
        Add<EdgeMemoryOptions, EdgeMemoryOptionsValidator>("Edge:Memory");
        Add<EdgeLogOptions, EdgeLogOptionsValidator>("Edge:Log");
        Add<RefusalOptions, RefusalOptionsValidator>("Edge:Access");
        Add<AccessLogOptions, AccessLogOptionsValidator>("Edge:AccessLog");
        services.AddOptions<AccessOptions>().BindConfiguration("Edge").Validate(
            options => options.Keys.Length <= 64, "Edge:Keys: at most 64 keys").ValidateOnStart();
        services.AddOptions<TokenVerifierOptions>().BindConfiguration("Edge:Tokens")
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HostOptions>().Configure<IOptions<EdgeOptions>>(
            (host, edge) => host.ShutdownTimeout = edge.Value.DrainTimeout);

        void Add<TOptions, TValidator>(string section)
            where TOptions : class
            where TValidator : class, IValidateOptions<TOptions>
        {
            services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
        }
    }

    private static void AddFetch(this IServiceCollection services)
    {
        services.AddReverseProxy().LoadFromMemory([], []);
        services.AddSingleton<UpstreamClusters>();
        services.AddSingleton<ReplicaChoice>();
        services.AddSingleton<ILoadBalancingPolicy>(provider => provider.GetRequiredService<ReplicaChoice>());
        services.AddSingleton<ReplicaHealth>();
        services.AddSingleton<IPassiveHealthCheckPolicy>(provider =>
            provider.GetRequiredService<ReplicaHealth>());
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<WireClients>();
        services.AddSingleton<Fetcher>();
        services.AddSingleton<IForwarderHttpClientFactory, UpstreamClients>();
    }

    private static void AddHorizon(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider =>
        {
            var folder = provider.GetRequiredService<IOptions<EdgeOptions>>().Value.DataDirectory;
            Directory.CreateDirectory(folder);
            return HorizonJournal.Open(Path.Combine(folder, "horizon.journal"), new HorizonOptions());
        });
        services.AddSingleton(provider => provider.GetRequiredService<HorizonJournal>().Horizon);
        if (string.IsNullOrEmpty(configuration["Edge:ControlPlane"]))
        {
            return;
        }
        services.AddSingleton(provider =>
        {
            var edge = provider.GetRequiredService<IOptions<EdgeOptions>>().Value;
            var identity = provider.GetRequiredService<NodeIdentity>();
            var isMember = configuration.IsMember("Edge");
            return new ControlPlaneStream(
                new ControlPlaneStreamOptions
                {
                    Addresses = EdgeOptions.AddressesOf(edge.ControlPlane),
                    AddressesNow = () => EdgeOptions.AddressesOf(configuration["Edge:ControlPlane"] ?? ""),
                    Key = isMember ? "" : EdgeOptions.KeyOf(edge.ControlPlaneKey, edge.ControlPlaneKeyFile) ?? "",
                    IsGenuine = isMember ? heartbeat => heartbeat.IsSignedBy(identity.Authority) : null,
                    EdgeId = edge.Id,
                    PublicAddress = edge.PublicAddress.Length > 0 ? edge.PublicAddress : edge.Listen,
                },
                provider.GetRequiredService<HorizonJournal>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ControlPlaneStream>>(),
                isMember ? identity.NewHandler("control-plane") : null);
        });
        services.AddHostedService(provider => provider.GetRequiredService<ControlPlaneStream>());
    }
}
