using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// Makes the node a member before it serves, then keeps it one: renews the certificate after two thirds of its life and
/// follows who is removed.
/// </summary>
internal sealed partial class MemberWork(NodeIdentity identity, IOptions<JoinOptions> options, MemberRole role,
    ILogger<MemberWork> logger, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewRetryAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FollowWait = TimeSpan.FromSeconds(20);
    private readonly MemberCalls _calls = new(identity);
    private int _turn;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ControlPlane.Length == 0)
        {
            return; // shared keys: nothing to do
        }
        if (!identity.IsMember)
        {
            await JoinAsync(cancellationToken);
        }
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Renews now; a failure is logged and tried again later. False when it failed.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _calls.RenewAsync(Address, cancellationToken);
            Renewed(logger, identity.Certificate!.NotAfter.ToUniversalTime());
            return true;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            _turn++;
            NotRenewed(logger, identity.Certificate!.NotAfter.ToUniversalTime(), fault.Message);
            return false;
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _calls.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(KeepAsync(stoppingToken), FollowAsync(stoppingToken));

    private string Address
    {
        get
        {
            var all = options.Value.ControlPlane.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return all[(int)((uint)_turn % (uint)all.Length)].TrimEnd('/');
        }
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var token = JoinToken.Parse(options.Value.ReadToken()) ?? throw new InvalidOperationException(
            "this node has no certificate that holds, and no join token: make one with 'flickr nodes invite'");
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await _calls.JoinAsync(Address, token, role.Role, role.Name, cancellationToken);
                Joined(logger, role.Role, role.Name);
                return;
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException
                && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(began) < options.Value.Patience)
            {
                _turn++;
                NotJoined(logger, fault.Message);
                await Task.Delay(RetryAfter, time, cancellationToken);
            }
        }
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var wait = identity.RenewAt!.Value - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (!stop.IsCancellationRequested && !await RenewAsync(stop))
            {
                await Task.Delay(RenewRetryAfter, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var page = await _calls.RemovedAsync(Address, identity.Removed.Sequence, FollowWait, stop);
                identity.Removed.Add(page.Sequence, page.Removed);
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                _turn++;
                NotFollowed(logger, fault.Message);
                await Task.Delay(RetryAfter, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(1950, LogLevel.Information, "Joined as {Role} '{Name}'")]
    private static partial void Joined(ILogger logger, string role, string name);

    [LoggerMessage(1951, LogLevel.Warning, "Not joined yet, trying again: {Problem}")]
    private static partial void NotJoined(ILogger logger, string problem);

    [LoggerMessage(1952, LogLevel.Information, "The certificate was renewed; it ends {End:u}")]
    private static partial void Renewed(ILogger logger, DateTime end);

    [LoggerMessage(1953, LogLevel.Error, "The certificate could not be renewed; it ends {End:u}: {Problem}")]
    private static partial void NotRenewed(ILogger logger, DateTime end, string problem);

    [LoggerMessage(1954, LogLevel.Warning, "Removals of members are not followed at the moment: {Problem}")]
    private static partial void NotFollowed(ILogger logger, string problem);
}

/// <summary>As what, and under which name, a program joins.</summary>
internal sealed record MemberRole(string Role, string Name);
