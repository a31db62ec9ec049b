using Flickr.Discovery;
using Flickr.ControlPlane.Access;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.ControlPlane.Members;
using Flickr.ControlPlane.Page;
using Flickr.Listening;
using Flickr.Sql;
using Flickr.Tracing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane;

/// <summary>
/// Builds and runs the program. The <c>flickr</c> command calls <see cref="Build"/>, the executable <see
/// cref="RunAsync"/>.
/// </summary>
public static class ControlPlaneProgram
{
    private const int RequestBodyBytesMax = 64 << 10;

    /// <summary>Builds the program without starting it.</summary>
    /// <param name="args">Command line settings, e.g.
    /// <c>--ControlPlane:Listen=http://127.0.0.1:9000</c>.</param>
    /// <param name="settings">Settings that win over files, environment and <paramref name="args"/>; null for
    /// none.</param>
    /// <param name="services">Last word on the services, e.g. another lifetime; null for none.</param>
    public static WebApplication Build(string[] args, IConfiguration? settings = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(ControlPlaneProgram).Assembly.GetName().Name,
        });
        if (settings is not null)
        {
            builder.Configuration.AddConfiguration(settings);
        }
        builder.AddDiscovery("control-plane");
        var options = builder.Configuration.GetSection("ControlPlane").Get<ControlPlaneOptions>() ?? new ControlPlaneOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax;
            kestrel.Listen(options.Listen, options.AdminListen);
            // Strangers come in to join; the gate lets them do nothing else.
            kestrel.ListenForMembers(builder.Configuration["ControlPlane:Members:Listen"], alsoStrangers: true);
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        AddControlPlane(builder.Services);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var tail = app.Services.GetRequiredService<LogTail>();
        app.UseAdminListener(app.Services.GetRequiredService<ControlPlaneMetrics>().Registry, () =>
            tail.IsAlive);
        app.MapControlPlane();
        return app;
    }

    /// <summary>Runs until the process is told to stop. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        WebApplication app;
        try
        {
            app = Build(args);
        }
        catch (Exception fault) when (fault is OptionsValidationException or FormatException or IOException)
        {
            await Console.Error.WriteLineAsync($"control-plane: {fault.Message}");
            return 2;
        }
        await app.RunAsync();
        return 0;
    }

    private static void AddControlPlane(IServiceCollection services)
    {
        AddOptions<ControlPlaneOptions, ControlPlaneOptionsValidator>(services, "ControlPlane");
        AddOptions<LogOptions, LogOptionsValidator>(services, "ControlPlane:Log");
        AddOptions<StreamOptions, StreamOptionsValidator>(services, "ControlPlane:Stream");
        AddOptions<MemberOptions, MemberOptionsValidator>(services, "ControlPlane:Members");
        AddOptions<KeyOptions, KeyOptionsValidator>(services, "ControlPlane:Keys");
        services.AddSingleton(provider =>
            Prepared(provider.GetRequiredService<IOptions<ControlPlaneOptions>>().Value));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ControlPlaneMetrics>();
        services.AddTracing("ControlPlane");
        services.AddListeners("ControlPlane", isForPeople: false,
            provider => provider.GetRequiredService<ControlPlaneMetrics>().Registry);
        services.AddSingleton(provider => RoleKeys.Load(provider.GetRequiredService<ControlPlaneOptions>()));
        services.AddSingleton(provider => Database.Open(
            provider.GetRequiredService<ControlPlaneOptions>().Database,
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AuditLog>().AddSingleton<InvalidationLog>().AddSingleton<Receipts>();
        services.AddSingleton<EdgeTable>().AddSingleton<EdgeStream>();
        services.AddSingleton(provider => KeyVault.Of(
            provider.GetRequiredService<ControlPlaneOptions>(), provider.GetRequiredService<IOptions<KeyOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<KeyLife>().AddSingleton<KeyBundles>();
        services.AddSingleton<Authority>().AddSingleton<MemberLife>().AddSingleton<LogHealing>();
        services.AddSingleton(provider => NodeIdentity.InMemory(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OwnCertificate>();
        services.AddSingleton<OperatorSession>().AddSingleton<OperatorPage>();
        services.AddHostedService<ControlPlaneStart>();
        AddLoop<AuditHeads>(services);
        AddLoop<LogSignals>(services);
        AddLoop<EdgeWriter>(services);
        AddLoop<LogTail>(services);
        AddLoop<LogCompaction>(services);
        AddLoop<KeyRotation>(services);
        services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ControlPlaneJson.Default));
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }

    private static void AddLoop<TLoop>(IServiceCollection services) where TLoop : class, IHostedService =>
        services.AddSingleton<TLoop>().AddHostedService(provider => provider.GetRequiredService<TLoop>());

    /// <summary>The options with the data directory made and the database named.</summary>
    private static ControlPlaneOptions Prepared(ControlPlaneOptions options)
    {
        options.DataDirectory = DataFolder.Of(options.DataDirectory, "control-plane");
        Directory.CreateDirectory(options.DataDirectory);
        if (options.Database.Length == 0)
        {
            options.Database = $"Data Source={Path.Combine(options.DataDirectory, "control-plane.db")}";
        }
        return options;
    }
}
