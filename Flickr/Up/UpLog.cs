using System.Globalization;

namespace Flickr.Up;

/// <summary>
/// One line per log entry to standard error, with the node's name: six programs share one terminal.
/// Thread-safe as far as the writer is (<c>Console.Error</c> is).
/// </summary>
internal sealed class UpLog(TextWriter writer, string node, TimeProvider time) : ILoggerProvider
{
    /// <summary>Replaces a program's own log sinks and levels.</summary>
    public static void Install(IServiceCollection services, TextWriter writer, string node, bool verbose)
    {
        services.AddLogging(logging =>
        {
            logging.ClearProviders();
            logging.Services.AddSingleton<ILoggerProvider>(new UpLog(writer, node, TimeProvider.System));
        });
        services.PostConfigure<LoggerFilterOptions>(filter =>
        {
            filter.Rules.Clear();
            filter.MinLevel = verbose ? LogLevel.Information : LogLevel.Warning;
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null));
            filter.Rules.Add(new LoggerFilterRule(null, "System", LogLevel.Warning, null));
            // Kestrel says on every start that listeners in code win over addresses in the environment. That
            // is the plan.
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Server.Kestrel",
                LogLevel.Error, null));
            // The keys of the cookies lie in the data directory, which only its owner can read.
            filter.Rules.Add(new LoggerFilterRule(
                null, "Microsoft.AspNetCore.DataProtection", LogLevel.Error, null));
            // UpRun names the fault of a node that does not start in its one line.
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Hosting.Internal.Host",
                LogLevel.None, null));
        });
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string message, Exception? fault)
    {
        var now = time.GetLocalNow();
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{now:HH:mm:ss.fff} {Word(level)} {node}: {OneLine(message)} [{category}]");
        if (System.Diagnostics.Activity.Current is { IdFormat: System.Diagnostics.ActivityIdFormat.W3C } span)
        {
            line += $" trace={span.TraceId}";
        }
        if (fault is not null)
        {
            line += $" {fault.GetType().Name}: {OneLine(fault.Message)}";
        }
        writer.WriteLine(line);
    }

    /// <summary>Control characters could forge lines or drive the terminal.</summary>
    private static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "note",
    };

    private sealed class LineLogger(UpLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
                log.Write(logLevel, category, formatter(state, exception), exception);
    }
}
