using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Origin.Tests;

/// <summary>A real node on loopback ports over a real folder.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestNode(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Address = addresses[0];
        AdminAddress = addresses[1];
        Client = new HttpClient { BaseAddress = new Uri(Address) };
        Admin = new HttpClient { BaseAddress = new Uri(AdminAddress) };
    }

    public string Address { get; }

    public string AdminAddress { get; }

    public HttpClient Client { get; }

    public HttpClient Admin { get; }

    public OriginNode Node => _app.Services.GetRequiredService<OriginNode>();

    public OriginMetrics Metrics => _app.Services.GetRequiredService<OriginMetrics>();

    public static async Task<TestNode> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>
        {
            ["Origin:DataDirectory"] = folder,
            ["Origin:Volumes:ReserveBytes"] = "0",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }
        var app = OriginProgram.Build([], new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        await app.StartAsync();
        return new TestNode(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
