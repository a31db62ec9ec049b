using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Photos.Tests.Hosting;

/// <summary>The real program on loopback, with a storage node and a control plane of the tests.</summary>
internal sealed class PhotosHost : IAsyncDisposable
{
    public const string OperatorKey = "operator-key";

    private readonly bool _ownsParts;

    private PhotosHost(WebApplication app, FakeOrigin origin, FakeControlPlane plane, TempFolder folder, bool ownsParts)
    {
        (App, Origin, ControlPlane, Folder, _ownsParts) = (app, origin, plane, folder, ownsParts);
        Address = app.Urls.First();
        AdminAddress = app.Urls.Last();
        Anonymous = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public WebApplication App { get; }

    public FakeOrigin Origin { get; }

    public FakeControlPlane ControlPlane { get; }

    public TempFolder Folder { get; }

    public string Address { get; }

    public string AdminAddress { get; }

    public HttpClient Anonymous { get; }

    public const string Edge = "http://edge.test:8081";

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Starts it; parts given are kept alive when the host is disposed, so that it can be started again on them.</summary>
    public static async Task<PhotosHost> StartAsync(
        PhotosHost? again = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var origin = again?.Origin ?? await FakeOrigin.StartAsync();
        var plane = again?.ControlPlane ?? await FakeControlPlane.StartAsync();
        var folder = again?.Folder ?? new TempFolder();
        var all = new Dictionary<string, string?>
        {
            ["Photos:Listen"] = "http://127.0.0.1:0",
            ["Photos:AdminListen"] = "http://127.0.0.1:0",
            ["Photos:DataDirectory"] = folder.Path,
            ["Photos:Origins:0"] = origin.Address,
            ["Photos:ControlPlane"] = plane.Address,
            ["Photos:ControlPlaneKey"] = FakeControlPlane.ServiceKey,
            ["Photos:EdgeAddress"] = Edge,
            ["Photos:OperatorKey"] = OperatorKey,
            ["Photos:Sagas:Poll"] = "00:00:00.050",
            ["Photos:Sagas:RetryFirst"] = "00:00:00.020",
            ["Photos:Limits:SignInsPerMinute"] = "1000",
            ["Photos:Imaging:SecondFormat"] = "false",
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }
        var app = PhotosProgram.Build(["--Logging:LogLevel:Default=Error"], new ConfigurationBuilder().AddInMemoryCollection(all).Build(), services);
        await app.StartAsync();
        return new PhotosHost(app, origin, plane, folder, ownsParts: true);
    }

    /// <summary>Stops the program but keeps its data, its storage and its control plane.</summary>
    public async Task StopAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await App.DisposeAsync();
        Assert.Empty(Origin.EqualGenerations);
        if (_ownsParts)
        {
            await Origin.DisposeAsync();
            await ControlPlane.DisposeAsync();
            Folder.Dispose();
        }
    }

    /// <summary>Adds a user and returns a client that carries the key.</summary>
    public async Task<HttpClient> AddUserAsync(string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users")
        {
            Content = JsonContent.Create(new { name, password = "correct horse" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
        using var response = await Anonymous.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return ClientFor((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
    }

    public HttpClient ClientFor(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public static async Task<JsonElement> UploadAsync(HttpClient client, byte[] bytes, string name, string album = "nature")
    {
        using var response = await client.PostAsync(
            $"/api/v1/uploads?album={Uri.EscapeDataString(album)}&name={Uri.EscapeDataString(name)}", new ByteArrayContent(bytes));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Waits until the upload has ended.</summary>
    public static async Task<JsonElement> EndAsync(HttpClient client, JsonElement upload)
    {
        var id = upload.GetProperty("id").GetString();
        return await UntilAsync(
            () => client.GetFromJsonAsync<JsonElement>($"/api/v1/uploads/{id}"),
            now => now.GetProperty("state").GetString() is "published" or "failed");
    }

    /// <summary>Asks until the answer is enough; fails after half a minute.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isEnough)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var answer = await ask();
            if (isEnough(answer))
            {
                return answer;
            }
            try
            {
                await ticks.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"not within 30 s; last answer: {answer}");
            }
        }
    }

    /// <summary>Publishes photos p0.jpg, p1.jpg, … into the album nature and returns their ids.</summary>
    public static async Task<List<string>> PublishAsync(HttpClient client, int count, int from = 0)
    {
        var bytes = await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg"));
        var ids = new List<string>();
        for (var i = from; i < from + count; i++)
        {
            var end = await EndAsync(client, await UploadAsync(client, [.. bytes, (byte)i], $"p{i}.jpg"));
            Assert.Equal("published", end.GetProperty("state").GetString());
            ids.Add(end.GetProperty("photoId").GetString()!);
        }
        return ids;
    }

    public Task<JsonElement> AlbumAsync(HttpClient client, string album = "nature") =>
        client.GetFromJsonAsync<JsonElement>($"/api/v1/albums/{Uri.EscapeDataString(album)}/photos");
}
