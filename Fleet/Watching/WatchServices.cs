using Flickr.Listening;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Watching;

/// <summary>Puts the built-in alerts and the status page into a program.</summary>
internal static class WatchServices
{
    /// <summary>Registers the watch over the program's registry, and the figures of the process itself in it.</summary>
    public static void AddWatch(this IServiceCollection services, string section,
        Func<IServiceProvider, CollectorRegistry> registry)
    {
        services.AddOptions<WatchOptions>().BindConfiguration(section + ":Watch").ValidateOnStart();
        services.AddSingleton<IValidateOptions<WatchOptions>, WatchOptionsValidator>();
        services.AddSingleton(provider => new AlertNotices(provider.GetRequiredService<IOptions<WatchOptions>>(),
            provider.GetRequiredService<ListenerName>(), registry(provider),
            provider.GetRequiredService<ILogger<AlertNotices>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Watch(provider.GetRequiredService<IOptions<WatchOptions>>(),
            provider.GetRequiredService<ListenerName>(), () => registry(provider),
            provider.GetRequiredService<AlertNotices>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider =>
        {
            DotNetStats.Register(registry(provider));
            return new StatusPage(provider.GetRequiredService<Watch>(), provider.GetRequiredService<ListenerName>(),
                provider.GetRequiredService<TimeProvider>());
        });
        services.AddHostedService(provider => provider.GetRequiredService<AlertNotices>());
        services.AddHostedService(provider => provider.GetRequiredService<Watch>());
    }
}
