using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Flickr.Edge.Tests.Harness;
using Flickr.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Flickr.Edge.Tests.Listening;

/// <summary>The listeners of a program with a program behind them that a test chooses.</summary>
internal sealed class ListenedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CollectorRegistry _registry;

    private ListenedServer(WebApplication app, CollectorRegistry registry)
    {
        (_app, _registry) = (app, registry);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.First());
    }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<ListenedServer> StartAsync(RequestDelegate answer,
        params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.Logging.AddProvider(new TestLog());
        var registry = Metrics.NewCustomRegistry();
        builder.Services.AddListeners("X", isForPeople: true, _ => registry);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(builder.Configuration["X:Listen"] ?? "http://127.0.0.1:0", "http://127.0.0.1:0"));
        var app = builder.Build();
        app.UseAdminListener(registry, () => true);
        app.Run(answer);
        await app.StartAsync();
        return new ListenedServer(app, registry);
    }

    /// <summary>One answer over a new connection.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path = "/", Version? version = null)
    {
        using var client = NewClient();
        return await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path))
        {
            Version = version ?? new Version(1, 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });
    }

    /// <summary>A client that believes any certificate.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    { Timeout = TimeSpan.FromSeconds(20) };

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address.Host, Address.Port);
        return socket;
    }

    /// <summary>The certificate shown to a client that names <paramref name="host"/>.</summary>
    public async Task<X509Certificate2> ShownToAsync(string host, SslProtocols protocols = SslProtocols.None)
    {
        using var socket = await ConnectAsync();
        await using var stream = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = protocols,
        });
        return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
    }

    /// <summary>The value of a series now, 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string series)
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text);
        var line = System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0
            : double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await _app.StopAsync(limit.Token);
        }
        await _app.DisposeAsync();
    }
}
