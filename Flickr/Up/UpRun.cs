using System.Net.Sockets;
using Flickr.ControlPlane;
using Flickr.Edge;
using Flickr.Origin;
using Flickr.Photos;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Flickr.Up;

/// <summary>
/// The running system of <c>flickr up</c>: starts the nodes of a plan in order, notices one that stops by
/// itself, and stops all in reverse order, each within a bound. Not thread-safe: one caller starts, waits and
/// stops.
/// </summary>
internal sealed class UpRun(TextWriter log, bool verbose, UpInvitations? invitations = null)
{
    /// <summary>How long one node may take to finish its requests when the system stops.</summary>
    public static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);

    private readonly List<(UpNode Node, WebApplication App)> _running = [];
    private readonly TaskCompletionSource<UpRefusal> _broken =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>What runs, in starting order.</summary>
    public IReadOnlyList<(UpNode Node, WebApplication App)> Running => _running;

    /// <summary>Ends when a node stops by itself, with the line that says so.</summary>
    public Task<UpRefusal> Broken => _broken.Task;

    /// <summary>Starts every node. Null when all run; else why not, with everything stopped again.</summary>
    public async Task<UpRefusal?> StartAsync(IReadOnlyList<UpNode> nodes, CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            var refusal = await StartAsync(node, cancellationToken);
            if (refusal is not null)
            {
                await StopAsync();
                return refusal;
            }
        }
        return null;
    }

    /// <summary>
    /// Stops what runs, last started first. Returns the lines of nodes that did not stop cleanly.
    /// </summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        _stopping = true;
        var complaints = new List<string>();
        for (var index = _running.Count - 1; index >= 0; index--)
        {
            var (node, app) = _running[index];
            try
            {
                using var bound = new CancellationTokenSource(StopBound);
                await app.StopAsync(bound.Token);
                await app.DisposeAsync().AsTask().WaitAsync(StopBound);
            }
            catch (Exception fault)
            {
                complaints.Add($"{node.Name} did not stop cleanly: {fault.Message}");
            }
        }
        _running.Clear();
        return complaints;
    }

    private async Task<UpRefusal?> StartAsync(UpNode node, CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        try
        {
            app = Build(invitations is null ? node : await invitations.InviteAsync(node, cancellationToken));
            await app.StartAsync(cancellationToken);
            Watch(node, app);
            _running.Add((node, app));
            return null;
        }
        catch (Exception fault)
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
            return Judge(node, fault);
        }
    }

    private WebApplication Build(UpNode node)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(node.Settings).Build();
        Action<IServiceCollection> services = collection =>
        {
            collection.AddSingleton<IHostLifetime, BorrowedLifetime>();
            collection.Configure<HostOptions>(host => host.ShutdownTimeout = StopBound);
            UpLog.Install(collection, log, node.Name, verbose);
        };
        return node.Program switch
        {
            UpProgram.ControlPlane => ControlPlaneProgram.Build([], settings, services),
            UpProgram.Origin => OriginProgram.Build([], settings, services),
            UpProgram.Edge => EdgeProgram.Build([], settings, services),
            UpProgram.Photos => PhotosProgram.Build([], settings, services),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>
    /// A background loop that throws stops its host; without this the others would run on beside the hole.
    /// </summary>
    private void Watch(UpNode node, WebApplication app) => app.Lifetime.ApplicationStopping.Register(() =>
    {
        if (!_stopping)
        {
            _broken.TrySetResult(
                new UpRefusal($"{node.Name} stopped by itself, so all stop; --verbose shows more",
                ExitCodes.Failed));
        }
    });

    private static UpRefusal Judge(UpNode node, Exception fault) => fault switch
    {
        IOException { InnerException: AddressInUseException } => TakenPort(node, fault.Message),
        AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            TakenPort(node, fault.Message),
        OptionsValidationException options =>
            new UpRefusal($"{node.Name} has a wrong setting: {string.Join("; ", options.Failures)}"),
        OperationCanceledException =>
            new UpRefusal("stopped before everything had started", ExitCodes.Failed),
        _ => new UpRefusal($"{node.Name} did not start: {fault.GetType().Name}: {FirstLine(fault.Message)}",
            ExitCodes.Failed),
    };

    private static UpRefusal TakenPort(UpNode node, string message) =>
        message.Contains($":{node.AdminPort}", StringComparison.Ordinal)
            ? PortCheck.Taken(node.Name + " (admin)", node.AdminPort)
            : PortCheck.Taken(node.Name, node.Port);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
