using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Postgres;
using Flickr.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.ControlPlane.Tests;

/// <summary>A control plane on a free port with its own folder and database, gone after the test.</summary>
internal sealed class StartedControlPlane : IAsyncDisposable
{
    public const string OperatorKey = "operator-key-of-the-test";
    public const string EdgeKey = "edge-key-of-the-test";
    public const string ServiceKey = "service-key-of-the-test";

    private readonly List<IAsyncDisposable> _edges = [];
    private readonly bool _ownsFolder;
    private readonly WebApplication _app;
    private bool _stopped;

    private StartedControlPlane(WebApplication app, string folder, string database, bool ownsFolder) =>
        (_app, Folder, Database, _ownsFolder) = (app, folder, database, ownsFolder);

    public string Folder { get; }
    public string Database { get; }
    public string Address => AddressAt(0);
    public string AdminAddress => AddressAt(1);
    public string MemberAddress => AddressAt(2);
    public IServiceProvider Services => _app.Services;

    public static async Task<StartedControlPlane> StartAsync(SqlEngine engine = SqlEngine.Sqlite,
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var folder = Directory.CreateTempSubdirectory("flickr-cp").FullName;
        var database = $"Data Source={folder}/cp.db";
        if (engine == SqlEngine.PostgreSql)
        {
            Assert.SkipUnless(PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
            database = await PostgresServer.NewDatabaseAsync();
        }
        return await StartAsync(folder, database, ownsFolder: true, settings, services);
    }

    public static async Task<StartedControlPlane> StartAsync(string folder, string database, bool ownsFolder,
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["ControlPlane:Listen"] = "http://127.0.0.1:0",
            ["ControlPlane:AdminListen"] = "http://127.0.0.1:0",
            ["ControlPlane:DataDirectory"] = folder,
            ["ControlPlane:Database"] = database,
            ["ControlPlane:OperatorKey"] = OperatorKey,
            ["ControlPlane:EdgeKey"] = EdgeKey,
            ["ControlPlane:ServiceKey"] = ServiceKey,
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }
        var app = ControlPlaneProgram.Build(
            [], new ConfigurationBuilder().AddInMemoryCollection(all).Build(),
            added =>
            {
                added.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
                services?.Invoke(added);
            });
        await app.StartAsync();
        return new StartedControlPlane(app, folder, database, ownsFolder);
    }

    /// <summary>The same with a listener for members.</summary>
    public static Task<StartedControlPlane> StartWithMembersAsync(SqlEngine engine = SqlEngine.Sqlite,
        Action<IServiceCollection>? services = null, TimeSpan? certificateLife = null)
    {
        var settings = WithMembers;
        settings["ControlPlane:Members:CertificateLife"] = certificateLife?.ToString();
        return StartAsync(engine, settings, services);
    }

    public static Task<StartedControlPlane> StartWithMembersAsync(string folder, string database) =>
        StartAsync(folder, database, ownsFolder: false, WithMembers);

    private static Dictionary<string, string?> WithMembers => new()
    {
        ["ControlPlane:Members:Listen"] = "https://127.0.0.1:0",
    };

    /// <summary>A join token.</summary>
    public async Task<string> InviteAsync(string role, string? name = null)
    {
        using var client = Client();
        using var response = await client.PostAsJsonAsync("/v1/members/invitations", new { role, name });
        Assert.Equal(201, (int)response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    /// <summary>Removes a member and gives the receipt.</summary>
    public async Task<JsonElement> RemoveAsync(string member, bool isStolen = false, long wait = 0)
    {
        using var client = Client();
        using var response = await client.DeleteAsync($"/v1/members/{member}?stolen={isStolen}&wait={wait}");
        Assert.Equal(202, (int)response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>A client with a bearer key; empty for none.</summary>
    public HttpClient Client(string key = OperatorKey)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(Address),
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (key.Length > 0)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        return client;
    }

    /// <summary>An edge that follows, synchronised when the method returns.</summary>
    public async Task<FollowingEdge> FollowAsync(string id, string? key = null, string? folder = null,
        params string[] addresses)
    {
        var edge = FollowingEdge.Start(id, addresses.Length > 0 ? addresses
            : [Address], key ?? EdgeKey, folder);
        _edges.Add(edge);
        await edge.UntilAsync(status => status.IsSynchronised);
        return edge;
    }

    /// <summary>Posts an invalidation and gives the answer's JSON.</summary>
    public async Task<JsonElement> InvalidateAsync(string kind, string value, long? wait = null,
        long? epoch = null,
        bool soft = false, string key = ServiceKey)
    {
        using var client = Client(key);
        using var response = await client.PostAsJsonAsync(
            "/v1/invalidations" + (wait is null ? "" : $"?wait={wait}"), new { kind, value, epoch, soft });
        Assert.Equal(202, (int)response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<JsonElement> GetAsync(string path, string key = OperatorKey)
    {
        using var client = Client(key);
        return await client.GetFromJsonAsync<JsonElement>(path);
    }

    /// <summary>Stops without cleaning up, as a process that ends.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in _edges)
        {
            await edge.DisposeAsync();
        }
        if (!_stopped)
        {
            await StopAsync();
        }
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private string AddressAt(int index) => _app.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index);
}
