using System.CommandLine;
using Flickr.Up;

namespace Flickr.Commands;

/// <summary><c>flickr up</c>: the whole system in one process.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan ReadyBound = TimeSpan.FromSeconds(15);

    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal)
    {
        var portBase = new Option<int>("--port-base")
        {
            Description =
                "Port of Photos; Edge +1, ControlPlane +2, Origins +10 to +12, admin listeners +1000 of each",
            DefaultValueFactory = _ => 8080,
            HelpName = "PORT",
        };
        portBase.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0 || !int.TryParse(result.Tokens[0].Value, out var port)
                || port is >= 1 and <= UpOptions.PortBaseMax)
            {
                return;
            }
            result.AddError($"--port-base must be 1 to {UpOptions.PortBaseMax}");
        });
        var host = new Option<string>("--host")
        {
            Description = "Address of Photos, Edge and ControlPlane; Origins and admin listeners stay on loopback",
            DefaultValueFactory = _ => "127.0.0.1",
            HelpName = "IP",
        };
        var publicHost = new Option<string?>("--public-host")
        {
            Description = "Name by which browsers reach this machine [the --host; localhost for 0.0.0.0]",
            HelpName = "NAME",
        };
        var data = new Option<string>("--data")
        {
            Description = "Directory of all state; made when missing",
            DefaultValueFactory = _ => UpOptions.DefaultDataDirectory(),
            HelpName = "DIR",
        };
        var verbose = new Option<bool>("--verbose")
        {
            Description = "Show what the programs note, not only what they warn of",
        };
        var members = new Option<bool>("--members")
        {
            Description = "The nodes join by single-use tokens and speak mutual TLS; ports +3 and +13 to +15 too",
        };
        var command = new Command("up", "Run the whole system in one process") { portBase, host, publicHost,
            data, verbose, members };
        return command.Does("flickr up --data /var/lib/flickr --port-base 8080",
            (parsed, cancellationToken) =>
        {
            var bind = parsed.GetValue(host)!;
            return RunAsync(terminal, new UpOptions(
                parsed.GetValue(portBase),
                bind is "localhost" ? "127.0.0.1" : bind,
                parsed.GetValue(publicHost) ?? UpOptions.DefaultPublicHost(bind),
                Path.GetFullPath(parsed.GetValue(data)!),
                parsed.GetValue(verbose),
                parsed.GetValue(Switches.Json),
                parsed.GetValue(members)), cancellationToken);
        });
    }

    private static async Task<int> RunAsync(Terminal terminal, UpOptions options,
        CancellationToken cancellationToken)
    {
        using var dataLock = DataLock.TryTake(options.DataDirectory, out var refusal);
        if (dataLock is null)
        {
            return Refuse(terminal, refusal!);
        }
        if (ReadSecrets(options, out refusal) is not { } secrets)
        {
            return Refuse(terminal, refusal!);
        }
        var nodes = UpPlan.Nodes(options, secrets);
        if (PortCheck.Judge(nodes) is { } taken)
        {
            return Refuse(terminal, taken);
        }
        var run = new UpRun(terminal.Error, options.Verbose, options.Members
            ? new UpInvitations($"http://127.0.0.1:{UpPlan.ControlPlanePort(options.PortBase)}", secrets.Operator)
            : null);
        if (await run.StartAsync(nodes, cancellationToken) is { } notStarted)
        {
            return Refuse(terminal, notStarted);
        }
        try
        {
            await AnnounceAsync(terminal, options, nodes, cancellationToken);
            var broken = await WaitAsync(run, cancellationToken);
            if (broken is null && !options.Json)
            {
                terminal.Out.WriteLine("stopping");
            }
            return broken is null ? ExitCodes.Done : Refuse(terminal, broken);
        }
        finally
        {
            foreach (var complaint in await run.StopAsync())
            {
                terminal.Error.WriteLine("flickr up: " + complaint);
            }
        }
    }

    private static UpSecrets? ReadSecrets(UpOptions options, out UpRefusal? refusal)
    {
        try
        {
            refusal = null;
            return UpSecrets.ReadOrCreate(options.DataDirectory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            refusal = new UpRefusal("cannot keep the keys: " + fault.Message);
            return null;
        }
    }

    private static async Task AnnounceAsync(
        Terminal terminal, UpOptions options, IReadOnlyList<UpNode> nodes, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            var late = await new Readiness(client, TimeProvider.System)
                .WaitAsync(nodes, ReadyBound, cancellationToken);
            foreach (var node in late)
            {
                terminal.Error.WriteLine(
                    $"flickr up: {node.Name} runs but is not ready after {ReadyBound.TotalSeconds:0} s; " +
                    "--verbose shows more");
            }
            UpBanner.Write(terminal, options, nodes, SinceProcessStart(), options.Json);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.Error.WriteLine("flickr up: asked to stop before everything was ready");
        }
    }

    /// <summary>Null when the operator asked to stop, else why the system stopped by itself.</summary>
    private static async Task<UpRefusal?> WaitAsync(UpRun run, CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(() => asked.TrySetResult());
        return await Task.WhenAny(asked.Task, run.Broken) == asked.Task ? null : await run.Broken;
    }

    /// <summary>From the start of the process, so that the runtime's own start counts too.</summary>
    private static TimeSpan SinceProcessStart()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return TimeProvider.System.GetLocalNow() - process.StartTime;
    }

    private static int Refuse(Terminal terminal, UpRefusal refusal)
    {
        terminal.Error.WriteLine("flickr up: " + Terminal.Printable(refusal.Line));
        return refusal.ExitCode;
    }
}
