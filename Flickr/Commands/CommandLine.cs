using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary>
/// The <c>flickr</c> command: its subcommands in the order in which <c>--help</c> lists them, and the one
/// place where an outcome becomes an exit code: 0 done, 1 refused or failed, 2 wrong use.
/// </summary>
internal static class CommandLine
{
    /// <summary>
    /// Runs one command line and returns the exit code. Complaints are one line each on standard error.
    /// </summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal)
    {
        var root = Root(terminal);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors.Select(error => error.Message).Distinct())
            {
                terminal.Error.WriteLine("flickr: " + error.TrimEnd());
            }
            terminal.Error.WriteLine($"flickr: '{PathOf(parsed.CommandResult)} --help' shows the use");
            return ExitCodes.WrongUse;
        }
        using var interrupted = new CancellationTokenSource();
        using var signals = new Signals(interrupted);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, interrupted.Token);
        }
        catch (Exception fault) when (Judge(fault) is { } judged)
        {
            terminal.Error.WriteLine("flickr: " + Terminal.Printable(judged.Line));
            return judged.ExitCode;
        }
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand Root(Terminal terminal)
    {
        var root =
            new RootCommand("Flickr: a self-hosted CDN for photos and the photo service that lives on it.")
        {
            UpCommand.Create(terminal),
            UserCommand.Create(terminal),
            LoginCommand.Create(terminal),
            UploadCommand.Create(terminal),
            ListCommand.Create(terminal),
            DownloadCommand.Create(terminal),
            TokenCommand.Create(terminal),
            PurgeCommand.Create(terminal),
            KeysCommand.Create(terminal),
            NodesCommand.Create(terminal),
            EdgeCommand.Create(terminal),
            AuditCommand.Create(terminal),
            OriginCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            StatusCommand.Create(terminal),
            StatusCommand.CreateAlerts(terminal),
            MoveCommand.Create(terminal),
        };
        root.Options.Add(Switches.Json);
        root.Options.Add(Switches.Server);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }

    private static (string Line, int ExitCode)? Judge(Exception fault) => fault switch
    {
        WrongUseException wrong => (wrong.Message, ExitCodes.WrongUse),
        ProblemException problem => (problem.Message, ExitCodes.Failed),
        HttpRequestException unreachable => (Sentence(unreachable), ExitCodes.Failed),
        TimeoutException late => (late.Message, ExitCodes.Failed),
        OperationCanceledException => ("interrupted", ExitCodes.Failed),
        IOException or UnauthorizedAccessException => (fault.Message, ExitCodes.Failed),
        System.Text.Json.JsonException =>
            ("the server's answer could not be read: " + fault.Message, ExitCodes.Failed),
        _ => null,
    };

    private static string Sentence(HttpRequestException fault) =>
        fault.InnerException is System.Net.Sockets.SocketException socket
            ? "cannot reach the server: " + (fault.Message.Contains(socket.Message, StringComparison.Ordinal)
                ? fault.Message
                : $"{fault.Message} ({socket.Message})")
            : "the connection failed: " + fault.Message;

    private static string PathOf(System.CommandLine.Parsing.CommandResult? command)
    {
        var names = new Stack<string>();
        for (var at = command; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(at.Command is RootCommand ? "flickr" : at.Command.Name);
        }
        return string.Join(' ', names);
    }

    /// <summary>
    /// SIGINT and SIGTERM ask the command to stop; a second one ends the process as the system would.
    /// </summary>
    private sealed class Signals : IDisposable
    {
        private readonly PosixSignalRegistration[] _registrations;

        public Signals(CancellationTokenSource interrupted)
        {
            void Handle(PosixSignalContext context)
            {
                if (!interrupted.IsCancellationRequested)
                {
                    context.Cancel = true;
                    interrupted.CancelAsync();
                }
            }
            _registrations =
            [
                PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            ];
        }

        public void Dispose()
        {
            foreach (var registration in _registrations)
            {
                registration.Dispose();
            }
        }
    }

    /// <summary>The usual help, then the command's example.</summary>
    private sealed class HelpWithExample(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            if (Switches.ExampleOf(parseResult.CommandResult.Command) is { } example)
            {
                parseResult.InvocationConfiguration.Output.WriteLine("Example:\n  " +
                    example.Replace("\n", "\n  ", StringComparison.Ordinal) + "\n");
            }
            return code;
        }
    }
}
