using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Flickr.Edge.Tests.Harness;

/// <summary>Keeps log lines; errors also go to the test's output, so that a broken edge says why.</summary>
internal sealed class TestLog : ILoggerProvider
{
    public static ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = $"{logLevel} {category} {formatter(state, exception)} {exception}";
            Lines.Enqueue(line);
            if (logLevel >= LogLevel.Error)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(line);
            }
        }
    }
}
