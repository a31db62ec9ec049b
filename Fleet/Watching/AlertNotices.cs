using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Flickr.Listening;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Watching;

/// <summary>
/// Tells of alerts that began or ended: to a webhook, by mail, and to the hooks of those that began. One after the other, in
/// order, each tried three times. Thread-safe.
/// </summary>
internal sealed class AlertNotices : BackgroundService
{
    private const int AttemptsMax = 3;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CommandBound = TimeSpan.FromSeconds(30);

    private readonly Channel<AlertNow> _changes = Channel.CreateBounded<AlertNow>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly WatchOptions _options;
    private readonly string _program;
    private readonly ILogger<AlertNotices> _log;
    private readonly TimeProvider _time;
    private readonly Gauge _firing;
    private readonly Counter _notices;
    private readonly HttpClient _http = new() { Timeout = Bound };

    public AlertNotices(IOptions<WatchOptions> options, ListenerName name, CollectorRegistry registry,
        ILogger<AlertNotices> log, TimeProvider time)
    {
        (_options, _program, _log, _time) = (options.Value, name.Section, log, time);
        var prefix = "flickr_" + name.Section.ToLowerInvariant();
        var factory = Metrics.WithCustomRegistry(registry);
        _firing = factory.CreateGauge(prefix + "_alerts_firing", "Built-in alerts that fire now.");
        _notices = factory.CreateCounter(prefix + "_alert_notices_total",
            "Notices of alerts and calls of their hooks, by whether they were taken.", "result");
        _notices.WithLabels("taken");
        _notices.WithLabels("failed");
    }

    /// <summary>Hands over a change; never waits.</summary>
    public void Changed(AlertNow alert)
    {
        (alert.State == "firing" ? (Action)(() => _firing.Inc()) : () => _firing.Dec())();
        WatchLog.Changed(_log, alert.Name, alert.State, alert.Summary, alert.Value ?? 0);
        _changes.Writer.TryWrite(alert);
    }

    /// <summary>Notes that the metrics could not be read.</summary>
    public void LookFailed(Exception fault) => WatchLog.LookFailed(_log, fault);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var alert in _changes.Reader.ReadAllAsync(stoppingToken))
            {
                foreach (var (what, tell) in Receivers(alert))
                {
                    await TryAsync(what, tell, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // stopped
        }
    }

    private IEnumerable<(string What, Func<CancellationToken, Task> Tell)> Receivers(AlertNow alert)
    {
        if (alert.State == "firing")
        {
            foreach (var hook in _options.Hooks.Where(hook => hook.Alert == alert.Name))
            {
                yield return ("hook of " + hook.Alert, token => hook.Url.Length > 0
                    ? CallAsync(hook, alert, token) : RunAsync(hook, alert, token));
            }
        }
        if (_options.Webhook.Length > 0)
        {
            yield return ("webhook", token =>
                CallAsync(new WatchHook { Alert = alert.Name, Url = _options.Webhook }, alert, token));
        }
        if (_options.MailServer.Length > 0)
        {
            yield return ("mail", token => MailAsync(alert, token));
        }
    }

    private async Task TryAsync(string what, Func<CancellationToken, Task> tell, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await tell(cancellationToken);
                _notices.WithLabels("taken").Inc();
                return;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                if (attempt == AttemptsMax)
                {
                    _notices.WithLabels("failed").Inc();
                    WatchLog.NotTaken(_log, what, fault.Message);
                    return;
                }
            }
            await Task.Delay(TimeSpan.FromSeconds(attempt), _time, cancellationToken);
        }
    }

    private async Task CallAsync(WatchHook hook, AlertNow alert, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(hook.Method), hook.Url)
        {
            Content = new StringContent(hook.Body.Length > 0 ? hook.Body : Document(alert), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Flickr-Request", "1");
        if (hook.KeyFile.Length > 0)
        {
            var key = (await File.ReadAllTextAsync(hook.KeyFile, cancellationToken)).Trim();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task RunAsync(WatchHook hook, AlertNow alert, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(hook.Command, hook.Arguments) { UseShellExecute = false };
        start.Environment["FLICKR_ALERT"] = alert.Name;
        start.Environment["FLICKR_ALERT_VALUE"] = (alert.Value ?? 0).ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("not started");
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(CommandBound);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{hook.Command} ended with {process.ExitCode}");
        }
    }

    private async Task MailAsync(AlertNow alert, CancellationToken cancellationToken)
    {
        var parts = _options.MailServer.Split(':');
        using var client = new SmtpClient(parts[0],
            parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 25) { Timeout = (int)Bound.TotalMilliseconds };
        using var mail = new MailMessage(_options.MailFrom, _options.MailTo,
            $"[{alert.State}] {alert.Name} ({_program} on {Environment.MachineName})", alert.Summary + "\r\n\r\n" + Document(alert));
        await client.SendMailAsync(mail, cancellationToken);
    }

    private string Document(AlertNow alert) => JsonSerializer.Serialize(new
    {
        alert = alert.Name,
        state = alert.State,
        severity = alert.Severity,
        summary = alert.Summary,
        value = alert.Value,
        since = alert.Since,
        program = _program,
        machine = Environment.MachineName,
        page = $"docs/handbook/alerts.md#{alert.Name.ToLowerInvariant()}",
    });
}
