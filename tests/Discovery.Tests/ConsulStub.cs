using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flickr.Discovery.Tests;

/// <summary>
/// An agent written from Consul's public API documentation: registration, the health query, blocking with
/// <c>index</c> and <c>wait</c>, <c>X-Consul-Index</c>. Health checks are not run: a test says who is healthy. It is
/// no Consul; none can be had here.
/// </summary>
internal sealed class ConsulStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _state = new();
    private readonly Dictionary<string, JsonNode> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();
    private ulong _index = 7;

    private ConsulStub(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>Status answered instead of 200, with its text; null: works.</summary>
    public (int Status, string Text)? Broken { get; set; }

    /// <summary>Token that callers must show; null: none is asked.</summary>
    public string? Token { get; set; }

    /// <summary>Queries as they came, <c>path?query</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public IReadOnlyList<string> Registered
    {
        get
        {
            lock (_state)
            {
                return [.. _services.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    public static async Task<ConsulStub> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", $"http://127.0.0.1:{port}")]);
        var app = builder.Build();
        var stub = new ConsulStub(app);
        app.Run(stub.AnswerAsync);
        await app.StartAsync();
        return stub;
    }

    /// <summary>Registers an instance as an agent elsewhere would.</summary>
    public void Put(string service, string id, Uri address) => Change(() => _services[id] = new JsonObject
    {
        ["ID"] = id,
        ["Name"] = service,
        [nameof(Address)] = address.Host,
        ["Port"] = address.Port,
        ["Meta"] = new JsonObject { ["scheme"] = address.Scheme },
    });

    /// <summary>Makes the checks of an instance fail or pass.</summary>
    public void Check(string id, bool passes) => Change(() => _ = passes ? _failing.Remove(id) : _failing.Add(id));

    /// <summary>The agent was replaced and knows nobody.</summary>
    public void Forget() => Change(_services.Clear);

    /// <summary>The servers were restored from an old copy: the index goes back.</summary>
    public void Restore(ulong index, Action change)
    {
        Change(change);
        lock (_state)
        {
            _index = index;
        }
    }

    /// <summary>The JSON body of a registration.</summary>
    public JsonNode Registration(string id)
    {
        lock (_state)
        {
            return _services[id].DeepClone();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Asked.Enqueue(path + context.Request.QueryString);
        if (Token is not null && context.Request.Headers["X-Consul-Token"] != Token)
        {
            await FailAsync(context, 403, "Permission denied");
        }
        else if (Broken is { } broken)
        {
            await FailAsync(context, broken.Status, broken.Text);
        }
        else if (path == "/v1/agent/service/register")
        {
            var body = (await JsonNode.ParseAsync(context.Request.Body))!;
            Change(() => _services[(string)body["ID"]!] = body);
        }
        else if (path.StartsWith("/v1/agent/service/deregister/", StringComparison.Ordinal))
        {
            Change(() => _services.Remove(path["/v1/agent/service/deregister/".Length..]));
        }
        else if (path.StartsWith("/v1/agent/service/", StringComparison.Ordinal))
        {
            var known = Registered.Contains(path["/v1/agent/service/".Length..]);
            await FailAsync(context, known ? 200 : 404, known ? "{}" : "unknown service ID");
        }
        else
        {
            await HealthAsync(context, path["/v1/health/service/".Length..]);
        }
    }

    private async Task HealthAsync(HttpContext context, string service)
    {
        var asked = ulong.Parse(context.Request.Query["index"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var wait = context.Request.Query["wait"].FirstOrDefault() is { } text
            ? TimeSpan.FromMilliseconds(int.Parse(text.AsSpan(0, text.Length - 2), CultureInfo.InvariantCulture))
            : TimeSpan.FromMinutes(5);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(wait);
        try
        {
            // After a restore the index is another one than the caller's, and lower: the answer comes at once.
            while (true)
            {
                Task changed;
                lock (_state)
                {
                    changed = _changed.Task;
                    if (asked == 0 || _index != asked)
                    {
                        break;
                    }
                }
                await changed.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            context.RequestAborted.ThrowIfCancellationRequested();
        }
        if (Broken is { } broken)
        {
            await FailAsync(context, broken.Status, broken.Text);
            return;
        }
        JsonArray entries;
        lock (_state)
        {
            context.Response.Headers["X-Consul-Index"] = _index.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-Consul-KnownLeader"] = "true";
            entries = [.. _services.Values.Where(entry => (string)entry["Name"]! == service
                && !_failing.Contains((string)entry["ID"]!)).Select(entry => (JsonNode)new JsonObject
            {
                ["Node"] = new JsonObject { ["Node"] = "n1", [nameof(Address)] = "127.0.0.1" },
                ["Service"] = entry.DeepClone(),
                ["Checks"] = new JsonArray(),
            })];
        }
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(entries.ToJsonString());
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_state)
        {
            change();
            _index++;
            (changed, _changed) = (_changed, NewSignal());
        }
        changed.TrySetResult();
    }

    private static async Task FailAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(text);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
