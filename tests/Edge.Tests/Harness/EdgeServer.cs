using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Edge.Tests.Harness;

/// <summary>A real edge on free loopback ports over a temp folder, and a client that talks to it.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TempFolder _folder;
    private readonly bool _ownsFolder;

    private EdgeServer(WebApplication app, TempFolder folder, bool ownsFolder)
    {
        (_app, _folder, _ownsFolder) = (app, folder, ownsFolder);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Address, AdminAddress) = (addresses[0], addresses[1]);
        PeerAddress = addresses.ElementAtOrDefault(2) ?? "";
        Client = NewClient(Address);
        Admin = NewClient(AdminAddress);
    }

    public string Address { get; }

    public string AdminAddress { get; }

    /// <summary>Address of the listener for other edges; empty without one.</summary>
    public string PeerAddress { get; }

    /// <summary>Host header of requests by <see cref="Client"/>.</summary>
    public string Authority => new Uri(Address).Authority;

    public HttpClient Client { get; }

    public HttpClient Admin { get; }

    public IServiceProvider Services => _app.Services;

    public WebApplication App => _app;

    /// <summary>Starts an edge with one site <c>*</c> before these upstreams.</summary>
    public static Task<EdgeServer> StartAsync(string upstream,
        params (string Key, string Value)[] settings) =>
        StartAsync([upstream], settings);

    /// <summary>Starts an edge with one site <c>*</c> before these upstreams.</summary>
    public static async Task<EdgeServer> StartAsync(string[] upstreams, (string Key, string Value)[] settings,
        TempFolder? folder = null, Action<IServiceCollection>? services = null, LiveSettings? live = null)
    {
        var ownsFolder = folder is null;
        folder ??= new TempFolder();
        var values = new Dictionary<string, string?>
        {
            ["Edge:Listen"] = "http://127.0.0.1:0",
            ["Edge:AdminListen"] = "http://127.0.0.1:0",
            ["Edge:DataDirectory"] = folder.Path,
            ["Edge:Memory:BytesMax"] = (64L << 20).ToString(),
            ["Edge:Memory:LargePages"] = "false",
            ["Edge:Log:Enabled"] = "false",
            // Machines that run tests are slow now and then; tests of deadlines set their own.
            ["Edge:Fetch:HeadTimeout"] = "00:01:00",
            ["Edge:Fetch:ProgressTimeout"] = "00:01:00",
            ["Edge:Collapse:ReaderWaitMax"] = "00:01:00",
            ["Edge:Fetch:Hedges"] = "false",
            ["Edge:Sites:0:Host"] = "*",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        for (var i = 0; i < upstreams.Length; i++)
        {
            values[$"Edge:Sites:0:Upstreams:{i}"] = upstreams[i];
        }
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }
        live ??= new LiveSettings();
        live.SetAll(values);
        var configuration = new ConfigurationBuilder().Add(live).Build();
        var app = EdgeProgram.Build([], configuration, collection =>
        {
            collection.AddLogging(logging => logging.ClearProviders().AddProvider(new TestLog()));
            services?.Invoke(collection);
        });
        await app.StartAsync();
        return new EdgeServer(app, folder, ownsFolder);
    }

    /// <summary>A client that follows nothing, decodes nothing and sends what it is told.</summary>
    public static HttpClient NewClient(string address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = 2000,
        ActivityHeadersPropagator = null,
    })
    { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The value of one series of <c>/metrics</c>; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string series)
    {
        var text = await Admin.GetStringAsync("/metrics");
        var line = text.Split('\n').FirstOrDefault(line =>
            line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0
            : double.Parse(line[(line.LastIndexOf(' ') + 1)..],
                System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        {
            await _app.StopAsync(limit.Token);
        }
        await _app.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }
}
