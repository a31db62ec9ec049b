using System.Net;
using Flickr.Edge;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>A whole edge before an origin, following a control plane.</summary>
internal sealed class RealEdge : IAsyncDisposable
{
    private readonly WebApplication _app;
    private bool _stopped;

    private RealEdge(WebApplication app, string folder)
    {
        (_app, Folder) = (app, folder);
        Address = app.Urls.First();
        Client = NewClient(Address);
    }

    public string Folder { get; }
    public string Address { get; }
    public string Authority => new Uri(Address).Authority;
    public HttpClient Client { get; }
    public ControlPlaneStream Stream => _app.Services.GetRequiredService<ControlPlaneStream>();

    public static async Task<RealEdge> StartAsync(string id, string controlPlane, string origin,
        Action<IServiceCollection>? services = null)
    {
        var folder = Directory.CreateTempSubdirectory("flickr-real-edge").FullName;
        var settings = new Dictionary<string, string?>
        {
            ["Edge:Listen"] = "http://127.0.0.1:0",
            ["Edge:AdminListen"] = "http://127.0.0.1:0",
            ["Edge:DataDirectory"] = folder,
            ["Edge:Id"] = id,
            ["Edge:ControlPlane"] = controlPlane,
            ["Edge:ControlPlaneKey"] = StartedControlPlane.EdgeKey,
            ["Edge:Memory:BytesMax"] = (64L << 20).ToString(),
            ["Edge:Memory:LargePages"] = "false",
            ["Edge:Log:BytesMax"] = (128L << 20).ToString(),
            ["Edge:Sites:0:Host"] = "*",
            ["Edge:Sites:0:Access"] = "Token",
            ["Edge:Sites:0:Upstreams:0"] = origin,
        };
        var app = EdgeProgram.Build([], new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), added =>
        {
            added.AddLogging(logging => logging.ClearProviders());
            services?.Invoke(added);
        });
        await app.StartAsync();
        var edge = new RealEdge(app, folder);
        await edge.UntilAsync(status => status.IsSynchronised);
        return edge;
    }

    public static HttpClient NewClient(string address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
    })
    { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    public async Task UntilAsync(Func<StreamStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Stream.WaitAsync(condition, limit.Token);
    }

    /// <summary>A target with a token for the album that it lies in.</summary>
    public string Signed(MintKey key, string path, long epoch = 1, TimeProvider? time = null)
    {
        var minter = new TokenMinter(key, time ?? TimeProvider.System);
        return path + "?" + minter.MintQuery(Grant.ForOwner(path.Split('/')[1], epoch).ForViewer("v").ForHost(Authority)
            .Depth(2, CanonicalPath.Parse(path)).Open(PhotoClasses.Thumb | PhotoClasses.Rendition | PhotoClasses.Metadata));
    }

    public async Task<HttpStatusCode> AskAsync(string target)
    {
        using var answer = await Client.GetAsync(target);
        return answer.StatusCode;
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await _app.StopAsync(limit.Token);
            await _app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
