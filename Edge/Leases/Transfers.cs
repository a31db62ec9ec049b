using System.Collections.Concurrent;
using Flickr.Edge.Peers;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Leases;

/// <summary>
/// Asked when the body of an object is about to be sent: lets a viewer have as many originals on the way as the token
/// says, over all edges of the region, and a token for one use be used once. Thumbnails, HEAD, 304 and errors never come
/// here. A home that cannot be reached costs the fleet-wide limit, not the photo: the limit then holds on this edge.
/// Thread-safe.
/// </summary>
internal sealed class Transfers(PeerMap map, PeerCalls calls, LeaseTable table, OnceGuard once, LeaseMetrics metrics,
    EdgeMetrics edgeMetrics, IOptions<LeaseOptions> options, TimeProvider time) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Transfer> _running = new(StringComparer.Ordinal);
    private long _lastHolder;

    /// <summary>Originals on their way under a lease.</summary>
    public int Count => _running.Count;

    /// <summary>Lets the body of a request's object be sent, or says why not.</summary>
    public async ValueTask<Problem?> EnterAsync(EdgeRequest request)
    {
        if (request.Grant is not { } grant || request.IsHead || request.Transfer is not null)
        {
            return null;
        }
        if (grant.Once && await OnceAsync(request, grant) is { } refusal)
        {
            return refusal;
        }
        return request.Class == ObjectClass.Original && options.Value.Enabled ? await LeaseAsync(request, grant) : null;
    }

    /// <summary>A transfer is over.</summary>
    public void Leave(Transfer transfer)
    {
        _running.TryRemove(transfer.Claim.Holder, out _);
        if (transfer.Home is { } home)
        {
            _ = calls.PostAsync(home, map.Current.Self, LeaseMessage.Of("release", transfer.Claim),
                options.Value.HomeTimeout, CancellationToken.None);
            return;
        }
        table.Release(transfer.Claim.Viewer, transfer.Claim.Holder);
    }

    /// <summary>Cuts transfers whose place was taken, on whichever edge they run.</summary>
    public void Supersede(IReadOnlyList<string> holders)
    {
        foreach (var holder in holders)
        {
            var edge = holder[..Math.Max(0, holder.LastIndexOf('/'))];
            if (map.Current.Nodes.FirstOrDefault(node => node.Name == edge) is { } node && edge != map.Current.Self)
            {
                _ = calls.PostAsync(node, map.Current.Self, LeaseMessage.Superseded(holder), options.Value.HomeTimeout,
                    CancellationToken.None);
                continue;
            }
            Supersede(holder);
        }
    }

    /// <summary>Cuts a transfer of this edge.</summary>
    public void Supersede(string holder)
    {
        if (_running.TryGetValue(holder, out var transfer))
        {
            metrics.Superseded();
            transfer.Cut();
        }
    }

    /// <summary>Renews the leases of what is on its way.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RenewInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Task.WhenAll(_running.Values.Select(transfer => RenewAsync(transfer, stoppingToken)));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task RenewAsync(Transfer transfer, CancellationToken cancellationToken)
    {
        var word = transfer.Home is { } home
            ? await calls.PostAsync(home, map.Current.Self, LeaseMessage.Of("renew", transfer.Claim),
                options.Value.HomeTimeout, cancellationToken)
            : table.Renew(transfer.Claim) ? LeaseMessage.Granted : LeaseMessage.Busy;
        if (word is null)
        {
            metrics.RenewalLost();
        }
        else if (word == LeaseMessage.Busy)
        {
            Supersede(transfer.Claim.Holder);
        }
    }

    private async Task<Problem?> OnceAsync(EdgeRequest request, AccessGrant grant)
    {
        switch (await once.UseAsync(request, grant, request.Context.RequestAborted))
        {
            case OnceVerdict.First or OnceVerdict.SameUse:
                return null;
            case OnceVerdict.Used:
                edgeMetrics.Judged(TokenVerdict.Replayed);
                return Problem.TokenRefused;
            default:
                return Problem.OnceUnavailable;
        }
    }

    private async Task<Problem?> LeaseAsync(EdgeRequest request, AccessGrant grant)
    {
        var fleet = map.Current;
        var viewer = grant.Viewer is { } named ? $"{grant.Issuer}\nv\n{named}" : $"{grant.Issuer}\nt\n{grant.TokenId}";
        var claim = new LeaseClaim(viewer, request.PrimaryKey.ToString(),
            $"{fleet.Self}/{Interlocked.Increment(ref _lastHolder):x}-{Random.Shared.NextInt64():x}",
            grant.ConcurrentOriginals);
        var home = PeerTable.HomeOf(viewer, fleet.Region);
        if (home?.Name == fleet.Self)
        {
            home = null;
        }
        if (await ClaimAsync(new Transfer(this, claim, home, request.Context), request) is { } refusal)
        {
            metrics.Refused();
            edgeMetrics.Judged(TokenVerdict.TooManyOriginals);
            return refusal;
        }
        return null;
    }

    /// <summary>Gives the request its transfer, unless it must not begin. Whatever happens, nothing stays claimed.</summary>
    private async Task<Problem?> ClaimAsync(Transfer transfer, EdgeRequest request)
    {
        var cancellationToken = request.Context.RequestAborted;
        // Known before the home is asked: it may say at any moment that this transfer is superseded.
        _running[transfer.Claim.Holder] = transfer;
        try
        {
            var (verdict, hasWaited) = transfer.Home is { } home
                ? await ClaimAtAsync(home, transfer.Claim, cancellationToken)
                : await ClaimHereAsync(transfer.Claim, cancellationToken);
            if (verdict is null)
            {
                metrics.Degraded();
                Leave(transfer); // should the home have heard the claim after all
                transfer = new Transfer(this, transfer.Claim, null, request.Context);
                _running[transfer.Claim.Holder] = transfer;
                (verdict, hasWaited) = await ClaimHereAsync(transfer.Claim, cancellationToken);
            }
            if (verdict != LeaseVerdict.Granted)
            {
                return Problem.TooManyOriginals;
            }
            metrics.Granted(hasWaited);
            request.Transfer = transfer;
            return null;
        }
        finally
        {
            if (request.Transfer is null)
            {
                Leave(transfer);
            }
        }
    }

    private async Task<(LeaseVerdict? Verdict, bool HasWaited)> ClaimHereAsync(LeaseClaim claim,
        CancellationToken cancellationToken)
    {
        var verdict = table.Claim(claim, out var superseded);
        Supersede(superseded);
        if (verdict == LeaseVerdict.Granted)
        {
            return (verdict, false);
        }
        (verdict, superseded) = await table.WaitAsync(claim, cancellationToken);
        Supersede(superseded);
        return (verdict, true);
    }

    /// <summary>Claims at another edge; null: it does not answer.</summary>
    private async Task<(LeaseVerdict? Verdict, bool HasWaited)> ClaimAtAsync(PeerNode home, LeaseClaim claim,
        CancellationToken cancellationToken)
    {
        var (self, limit) = (map.Current.Self, options.Value.HomeTimeout);
        var word = await calls.PostAsync(home, self, LeaseMessage.Of("claim", claim), limit, cancellationToken);
        var hasWaited = word == LeaseMessage.Busy;
        if (hasWaited)
        {
            word = await calls.PostAsync(home, self, LeaseMessage.Of("wait", claim),
                limit + options.Value.WaitMax, cancellationToken);
        }
        return word switch
        {
            LeaseMessage.Granted => (LeaseVerdict.Granted, hasWaited),
            LeaseMessage.Busy => (LeaseVerdict.Busy, hasWaited),
            _ => (null, hasWaited),
        };
    }
}
