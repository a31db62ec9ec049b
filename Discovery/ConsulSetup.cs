using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Flickr.Discovery;

/// <summary>Gives a program its discovery.</summary>
public static class ConsulSetup
{
    /// <summary>
    /// Puts addresses from Consul in place of <c>consul://NAME</c> in every setting, now and whenever they change,
    /// and announces the program. Call after every other source of settings was added. Without
    /// <c>Discovery:Consul:Address</c> nothing happens.
    /// </summary>
    /// <param name="builder">The program.</param>
    /// <param name="program">Its name in Consul after <c>flickr-</c>: <c>edge</c>, <c>origin</c>, ….</param>
    /// <exception cref="FormatException">A setting names a service, and no agent is configured.</exception>
    /// <exception cref="IOException">No address of a named service is known after
    /// <c>Discovery:Consul:StartWait</c>.</exception>
    public static void AddDiscovery(this WebApplicationBuilder builder, string program)
    {
        var options = builder.Configuration.GetSection(ConsulOptions.Section).Get<ConsulOptions>() ?? new ConsulOptions();
        var addresses = ConsulAddresses.Of(builder.Configuration, options, TimeProvider.System);
        if (addresses is not null)
        {
            ((IConfigurationBuilder)builder.Configuration).Add(addresses);
        }
        builder.Services.AddOptions<ConsulOptions>().BindConfiguration(ConsulOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ConsulOptions>, ConsulOptionsValidator>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ConsulFollowed(addresses));
        builder.Services.AddHostedService(services =>
            ActivatorUtilities.CreateInstance<ConsulAnnouncer>(services, program));
    }
}
