using System.Collections.Concurrent;
using Flickr.Client;
using Spectre.Console;

namespace Flickr.Commands;

/// <summary>
/// Picks the view of a transfer: bars on a terminal, lines elsewhere, nothing beside a JSON document.
/// </summary>
internal static class TransferViews
{
    private const int BarsKept = 15;

    /// <summary>Runs the work under the fitting view.</summary>
    /// <param name="files">Number of files; null when not known at the start.</param>
    /// <param name="bytes">Bytes of all files; null when not known.</param>
    public static async Task<T> RunAsync<T>(Terminal terminal, bool json, string verb, int? files,
        long? bytes,
        Func<ITransferView, Task<T>> work)
    {
        if (json)
        {
            return await work(new Silent());
        }
        if (!terminal.IsInteractive)
        {
            return await work(new Lines(terminal, verb));
        }
        return await terminal.Console.Progress()
            .AutoClear(false)
            .HideCompleted(files is null or > BarsKept)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(),
                new PercentageColumn(),
                new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(context => work(new Bars(context, verb, bytes)));
    }

    private sealed class Silent : ITransferView
    {
        public void Begin(string name, long bytes)
        {
        }

        public void Moved(string name, long bytes)
        {
        }

        public void Says(string name, string text)
        {
        }

        public void End(string name, string outcome, bool isWell)
        {
        }
    }

    private sealed class Lines(Terminal terminal, string verb) : ITransferView
    {
        private readonly Lock _lock = new();

        public void Begin(string name, long bytes) => Write(terminal.Out, name, $"{verb} {bytes} bytes");

        public void Moved(string name, long bytes)
        {
        }

        public void Says(string name, string text) => Write(terminal.Out, name, text);

        public void End(string name, string outcome, bool isWell) =>
            Write(isWell ? terminal.Out : terminal.Error, name, outcome);

        private void Write(TextWriter writer, string name, string text)
        {
            lock (_lock)
            {
                writer.WriteLine(Terminal.Printable($"{name}: {text}"));
            }
        }
    }

    private sealed class Bars(ProgressContext context, string verb, long? bytes) : ITransferView
    {
        private readonly ConcurrentDictionary<string, (ProgressTask Bar, string Name)> _bars =
            new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, double> _counted = new(StringComparer.Ordinal);
        private readonly ProgressTask? _total = bytes is > 0
            ? context.AddTask("total", maxValue: bytes.Value) : null;

        public void Begin(string name, long length)
        {
            if (!_bars.ContainsKey(name))
            {
                var bar = context.AddTask(Describe(name, verb), maxValue: Math.Max(length, 1));
                _bars[name] = (bar, name);
            }
        }

        public void Moved(string name, long moved)
        {
            if (_bars.TryGetValue(name, out var bar))
            {
                bar.Bar.Value = moved;
                var before = _counted.GetValueOrDefault(name);
                _counted[name] = moved;
                _total?.Increment(moved - before);
            }
        }

        public void Says(string name, string text) => Describe(name, text, colour: null);

        public void End(string name, string outcome, bool isWell)
        {
            Describe(name, outcome, isWell ? "green" : "red");
            if (_bars.TryGetValue(name, out var bar))
            {
                bar.Bar.Value = bar.Bar.MaxValue;
                bar.Bar.StopTask();
            }
        }

        private void Describe(string name, string text, string? colour)
        {
            if (_bars.TryGetValue(name, out var bar))
            {
                var line = Describe(name, text);
                bar.Bar.Description = colour is null ? line : $"[{colour}]{line}[/]";
            }
        }

        private static string Describe(string name, string text) =>
            Markup.Escape(Terminal.Printable($"{name}: {text}"));
    }
}
