using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Discovery;

/// <summary>
/// Announces the program to Consul's agent once its listeners are open, again when the agent has forgotten it, and
/// takes the announcement back as soon as the program is told to stop, before it drains. Consul being away never
/// stops the program.
/// </summary>
internal sealed class ConsulAnnouncer(
    string program, IOptions<ConsulOptions> options, IServer server, IHostApplicationLifetime lifetime,
    ConsulFollowed followed, TimeProvider time, ILogger<ConsulAnnouncer> log) : BackgroundService
{
    private static readonly TimeSpan FarewellTimeMax = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrEmpty(options.Value.Address))
        {
            return;
        }
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var client = new ConsulClient(options.Value);
        ServiceRegistration? announced = null;
        try
        {
            await StartedAsync(end.Token);
            var registration = options.Value.Service == "-" ? null : RegistrationOf();
            using var rounds = new PeriodicTimer(options.Value.RegisterInterval, time);
            do
            {
                announced = await AnnounceAsync(client, registration, end.Token) ? registration : announced;
                ReportWatches();
            }
            while (await rounds.WaitForNextTickAsync(end.Token));
        }
        catch (OperationCanceledException)
        {
            await TakeBackAsync(client, announced);
        }
    }

    private async Task<bool> AnnounceAsync(
        ConsulClient client, ServiceRegistration? registration, CancellationToken cancellationToken)
    {
        if (registration is null)
        {
            return false;
        }
        try
        {
            if (!await client.IsKnownAsync(registration.Id, cancellationToken))
            {
                await client.RegisterAsync(registration, cancellationToken);
                DiscoveryLog.Announced(log, registration.Id, registration.Address);
            }
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutException)
        {
            DiscoveryLog.NotAnnounced(log, registration.Id, failure.Message);
            return false;
        }
    }

    private async Task TakeBackAsync(ConsulClient client, ServiceRegistration? announced)
    {
        if (announced is null)
        {
            return;
        }
        try
        {
            using var limit = new CancellationTokenSource(FarewellTimeMax, time);
            await client.DeregisterAsync(announced.Id, limit.Token);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or TimeoutException or OperationCanceledException)
        {
            DiscoveryLog.NotTakenBack(log, announced.Id, failure.Message);
        }
    }

    private void ReportWatches()
    {
        foreach (var watch in followed.Addresses?.Watches ?? [])
        {
            if (watch.Problem is { } problem)
            {
                DiscoveryLog.NotHeard(log, watch.Service, problem, watch.Addresses.Count);
            }
        }
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Null, with the reason in the log, when nobody could reach the address.</summary>
    private ServiceRegistration? RegistrationOf()
    {
        var settings = options.Value;
        // In the order in which they were bound: the public listener, the admin listener, perhaps one for members.
        var bound = server.Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = new Uri(settings.Advertise.Length > 0 ? settings.Advertise : bound.First());
        var admin = new Uri(settings.AdvertiseAdmin.Length > 0 ? settings.AdvertiseAdmin : bound.ElementAt(1));
        if (address.Host is "0.0.0.0" or "[::]" || admin.Host is "0.0.0.0" or "[::]")
        {
            DiscoveryLog.NowhereToBeReached(log, address.Host is "0.0.0.0" or "[::]"
                ? nameof(ConsulOptions.Advertise) : nameof(ConsulOptions.AdvertiseAdmin));
            return null;
        }
        var name = settings.Service.Length > 0 ? settings.Service : "flickr-" + program;
        return new ServiceRegistration($"{name}-{address.Host.Trim('[', ']')}-{address.Port}", name, address,
            new Uri(admin, "/readyz"), settings.CheckInterval, settings.ForgetAfter);
    }
}
