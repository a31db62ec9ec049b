using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Flickr.Edge.Tests.Harness;
using Flickr.Listening;
using Flickr.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace Flickr.Edge.Tests.Watching;

/// <summary>The built-in alerts: when they begin and end, and what is done then.</summary>
[Trait("Requirement", "R090")]
public sealed class WatchTests
{
    private const string CutOff = "flickr_edge_heartbeat_age_seconds 99";
    private const string Heard = "flickr_edge_heartbeat_age_seconds 1";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task An_alert_begins_only_when_it_has_held_for_its_time_and_ends_at_once()
    {
        await using var webhook = await Receiver.StartAsync();
        using var watch = await StartAsync(new WatchOptions { Webhook = webhook.Address });

        watch.Watch.Judge(CutOff);
        Assert.Equal("pending", StateOf(watch.Watch));
        _time.Advance(TimeSpan.FromSeconds(10));
        watch.Watch.Judge(Heard);
        Assert.Equal("ok", StateOf(watch.Watch));
        watch.Watch.Judge(CutOff);
        _time.Advance(TimeSpan.FromSeconds(31));
        watch.Watch.Judge(CutOff);
        Assert.Equal("firing", StateOf(watch.Watch));
        _time.Advance(TimeSpan.FromSeconds(10));
        watch.Watch.Judge("");
        Assert.Equal("firing", StateOf(watch.Watch));
        watch.Watch.Judge(Heard);

        var (began, ended) = (await webhook.NextAsync(), await webhook.NextAsync());
        Assert.Equal(("FlickrEdgeCutOff", "firing"), Read(began.Body));
        Assert.Equal(("FlickrEdgeCutOff", "ok"), Read(ended.Body));
        Assert.Equal("ok", StateOf(watch.Watch));
    }

    [Fact]
    [Trait("Requirement", "R091")]
    public async Task A_hook_takes_a_rollout_back_when_its_alert_begins()
    {
        using var folder = new TempFolder();
        var key = Path.Combine(folder.Path, "operator.key");
        await File.WriteAllTextAsync(key, "the-key\n");
        await using var operatorCalls = await Receiver.StartAsync();
        using var watch = await StartAsync(new WatchOptions
        {
            Hooks = [new WatchHook
            {
                Alert = "FlickrEdgeCutOff", Url = operatorCalls.Address + "flags/new-lane", Method = "PUT",
                Body = """{"percent":0}""", KeyFile = key,
            }],
        });

        Fire(watch.Watch);

        var call = await operatorCalls.NextAsync();
        Assert.Equal(("PUT", "/flags/new-lane", """{"percent":0}""", "Bearer the-key"),
            (call.Method, call.Path, call.Body, call.Authorization));
    }

    [Fact]
    [Trait("Requirement", "R091")]
    public async Task A_hook_may_run_a_program()
    {
        using var folder = new TempFolder();
        var note = Path.Combine(folder.Path, "note");
        using var watch = await StartAsync(new WatchOptions
        {
            Hooks = [new WatchHook
            {
                Alert = "FlickrEdgeCutOff", Command = "/bin/sh",
                Arguments = ["-c", "printf '%s %s' \"$FLICKR_ALERT\" \"$FLICKR_ALERT_VALUE\" > \"$0.part\" && mv \"$0.part\" \"$0\"", note],
            }],
        });

        Fire(watch.Watch);

        await Until.TrueAsync(() => File.Exists(note));
        Assert.Equal("FlickrEdgeCutOff 99", await File.ReadAllTextAsync(note));
    }

    [Fact]
    public async Task Mail_goes_to_whom_it_is_meant_for()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var watch = await StartAsync(new WatchOptions
        {
            MailServer = listener.LocalEndpoint.ToString()!, MailFrom = "flickr@example.org", MailTo = "operator@example.org",
        });

        var mail = TakeMailAsync(listener);
        Fire(watch.Watch);

        var text = await mail.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("RCPT TO:<operator@example.org>", text, StringComparison.Ordinal);
        Assert.Contains("Subject: [firing] FlickrEdgeCutOff", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_told_is_tried_again_and_then_counted()
    {
        var registry = Metrics.NewCustomRegistry();
        using var watch = await StartAsync(new WatchOptions { Webhook = "http://127.0.0.1:1/" }, registry);

        Fire(watch.Watch);

        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return Text(registry).Contains("flickr_edge_alert_notices_total{result=\"failed\"} 1", StringComparison.Ordinal);
        });
        Assert.Contains("flickr_edge_alerts_firing 1", Text(registry), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Edge")]
    [InlineData("Photos")]
    [InlineData("Origin")]
    [InlineData("ControlPlane")]
    public void Every_rule_is_one_of_the_prometheus_rules_and_has_its_page(string program)
    {
        var root = RepositoryRoot();
        var rules = File.ReadAllText(Path.Combine(root, "ops/prometheus/alerts.yml"));
        var pages = File.ReadAllText(Path.Combine(root, "docs/handbook/alerts.md"));

        Assert.All(AlertRules.Of(program), rule =>
        {
            Assert.Contains($"alert: {rule.Name}\n", rules, StringComparison.Ordinal);
            Assert.Contains($"## {rule.Name}\n", pages, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_admin_listener_shows_the_page_its_script_and_its_figures_and_the_public_one_does_not()
    {
        await using var edge = await EdgeServer.StartAsync("http://127.0.0.1:1");
        await edge.Services.GetRequiredService<Watch>().LookAsync(CancellationToken.None);

        using var page = await edge.Admin.GetAsync("/status");
        using var script = await edge.Admin.GetAsync("/status.js");
        using var document = JsonDocument.Parse(await edge.Admin.GetStringAsync("/status.json"));
        using var alerts = JsonDocument.Parse(await edge.Admin.GetStringAsync("/alerts"));
        using var seen = await edge.Client.GetAsync("/status");

        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
        var charts = document.RootElement.GetProperty("charts").EnumerateArray().ToDictionary(
            chart => chart.GetProperty("title").GetString()!, chart => chart.GetProperty("points").GetArrayLength());
        Assert.Equal(1, charts["Resident memory"]);
        Assert.Equal(1, charts["Connections"]);
        Assert.Equal(AlertRules.Of("Edge").Count, alerts.RootElement.GetArrayLength());
        Assert.NotEqual(HttpStatusCode.OK, seen.StatusCode);
    }

    private async Task<Watched> StartAsync(WatchOptions options, CollectorRegistry? registry = null)
    {
        var name = new ListenerName("Edge", true);
        registry ??= Metrics.NewCustomRegistry();
        var notices = new AlertNotices(Options.Create(options), name, registry, NullLogger<AlertNotices>.Instance, _time);
        await notices.StartAsync(CancellationToken.None);
        return new Watched(new Watch(Options.Create(options), name, () => registry, notices, _time), notices);
    }

    private void Fire(Watch watch)
    {
        watch.Judge(CutOff);
        _time.Advance(TimeSpan.FromSeconds(31));
        watch.Judge(CutOff);
    }

    private static string StateOf(Watch watch) => watch.Alerts().Single(alert => alert.Name == "FlickrEdgeCutOff").State;

    private static (string?, string?) Read(string body)
    {
        using var document = JsonDocument.Parse(body);
        return (document.RootElement.GetProperty("alert").GetString(), document.RootElement.GetProperty("state").GetString());
    }

    private static string Text(CollectorRegistry registry)
    {
        using var text = new MemoryStream();
        registry.CollectAndExportAsTextAsync(text).GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Flickr.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return folder;
    }

    /// <summary>As much of a mail server as one message needs.</summary>
    private static async Task<string> TakeMailAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        var text = new StringBuilder();
        await writer.WriteLineAsync("220 test");
        var isBody = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (isBody && line != ".")
            {
                continue;
            }
            (isBody, var answer) = line switch
            {
                "DATA" => (true, "354 go on"),
                "." => (false, "250 taken"),
                _ => (false, "250 well"),
            };
            await writer.WriteLineAsync(answer);
            if (line == ".")
            {
                break;
            }
        }
        return text.ToString();
    }

    private sealed record Watched(Watch Watch, AlertNotices Notices) : IDisposable
    {
        public void Dispose()
        {
            Watch.Dispose();
            Notices.Dispose();
        }
    }

    /// <summary>A server that notes what it is told.</summary>
    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        private readonly BlockingCollection<Call> _calls = [];

        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First() + "/";

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.Run(async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                receiver._calls.Add(new Call(context.Request.Method, context.Request.Path, await reader.ReadToEndAsync(),
                    context.Request.Headers.Authorization));
            });
            await app.StartAsync();
            return receiver;
        }

        public Task<Call> NextAsync() => Task.Run(() => _calls.TryTake(out var call, TimeSpan.FromSeconds(20))
            ? call : throw new TimeoutException("nothing was told"));

        public async ValueTask DisposeAsync()
        {
            _calls.Dispose();
            await app.DisposeAsync();
        }
    }

    private sealed record Call(string Method, string? Path, string Body, string? Authorization);
}
