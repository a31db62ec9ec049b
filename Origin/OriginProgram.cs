using Flickr.Discovery;
using Flickr.Listening;
using Flickr.Origin.ObjectStore;
using Flickr.Origin.Scrub;
using Flickr.Origin.Uploads;
using Flickr.Origin.Volumes;
using Flickr.Tracing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Flickr.Origin;

/// <summary>Builds and runs the program. The <c>flickr</c> command calls <see cref="Build"/>, the executable <see cref="RunAsync"/>.</summary>
public static class OriginProgram
{
    private const long DrainedBytesMax = 16L << 20;

    /// <summary>Builds the program without starting it.</summary>
    /// <param name="args">Command line settings, e.g. <c>--Origin:Listen=http://127.0.0.1:9000</c>.</param>
    /// <param name="settings">Settings that win over files, environment and <paramref name="args"/>; null for none.</param>
    /// <param name="services">Last word on the services, e.g. another lifetime; null for none.</param>
    public static WebApplication Build(string[] args, IConfiguration? settings = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(OriginProgram).Assembly.GetName().Name,
        });
        if (settings is not null)
        {
            builder.Configuration.AddConfiguration(settings);
        }
        builder.AddDiscovery("origin");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var options = context.Configuration.GetSection("Origin").Get<OriginOptions>() ?? new OriginOptions();
            // Some bytes over, so that a body a little too long is answered with a problem and drained, and not cut while
            // the caller is still sending.
            kestrel.Limits.MaxRequestBodySize = options.BlobBytesMax + DrainedBytesMax;
            kestrel.Listen(options.Listen, options.AdminListen);
            kestrel.ListenForMembers(options.MembersListen);
        });
        builder.Services.AddMembership(builder.Configuration, "Origin", "origin",
            builder.Configuration["Origin:NodeId"] ?? new OriginOptions().NodeId);
        // What the program is made of hangs on one setting, so it is read from everything that may set it, as the listeners are.
        var isOverS3 = builder.Configuration.GetValue("Origin:Store", StoreKind.Volumes) == StoreKind.S3;
        AddOrigin(builder.Services, isOverS3);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var metrics = app.Services.GetRequiredService<OriginMetrics>();
        if (isOverS3)
        {
            var gateway = app.Services.GetRequiredService<S3Node>();
            app.UseAdminListener(metrics.Registry, () => true, gateway.AdminAsync);
            app.Run(gateway.Endpoints.HandleAsync);
            return app;
        }
        // Opening the node replays its volumes: before the listeners open, so that no request meets half an index.
        var node = app.Services.GetRequiredService<OriginNode>();
        app.UseAdminListener(
            metrics.Registry, () => node.Store.Volumes.IsWritable, new Admin.AdminEndpoints(node).HandleAsync);
        app.Run(node.Endpoints.HandleAsync);
        return app;
    }

    private static void AddOrigin(IServiceCollection services, bool isOverS3)
    {
        services.AddOptions<OriginOptions>().BindConfiguration("Origin").ValidateOnStart()
            .PostConfigure(options => options.DataDirectory = DataFolder.Of(options.DataDirectory, "origin"));
        services.AddSingleton<IValidateOptions<OriginOptions>, OriginOptionsValidator>();
        services.AddOptions<VolumeOptions>().BindConfiguration("Origin:Volumes").ValidateOnStart();
        services.AddSingleton<IValidateOptions<VolumeOptions>, VolumeOptionsValidator>();
        services.AddOptions<ScrubOptions>().BindConfiguration("Origin:Scrub").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ScrubOptions>, ScrubOptionsValidator>();
        services.AddOptions<UploadOptions>().BindConfiguration("Origin:Uploads").ValidateOnStart();
        services.AddSingleton<IValidateOptions<UploadOptions>, UploadOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<OriginMetrics>();
        services.AddTracing("Origin");
        services.AddListeners("Origin", isForPeople: false, provider => provider.GetRequiredService<OriginMetrics>().Registry);
        services.AddOptions<S3Options>().BindConfiguration("Origin:S3").ValidateOnStart();
        services.AddSingleton<IValidateOptions<S3Options>, S3OptionsValidator>();
        if (isOverS3)
        {
            services.AddSingleton<S3Node>();
            services.AddHostedService<S3Work>();
            return;
        }
        services.AddSingleton<OriginNode>();
        services.AddHostedService<Replication.ReplicationWork>();
        services.AddHostedService<OwnWork>();
    }

    /// <summary>Runs until the process is told to stop. Returns the exit code: 2 for settings that cannot be used.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        WebApplication app;
        try
        {
            app = Build(args);
        }
        catch (Exception error) when (error is OptionsValidationException or ArgumentException or FormatException or IOException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        await app.RunAsync();
        return 0;
    }
}
