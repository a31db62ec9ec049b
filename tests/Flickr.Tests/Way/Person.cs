using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Flickr.Tests.Way;

/// <summary>An account that speaks to the API as any client would, with plain JSON.</summary>
internal sealed class Person : IDisposable
{
    private static readonly TimeSpan PublishBound = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http;

    private Person(Uri photos, string name, string id, string key)
    {
        (Name, Id, Key) = (name, id, key);
        _http = new HttpClient { BaseAddress = photos, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public string Name { get; }

    public string Id { get; }

    public string Key { get; }

    public static async Task<Person> SignUpAsync(UpProcess up)
    {
        var name = "p" + Guid.NewGuid().ToString("n")[..12];
        using var http = new HttpClient { BaseAddress = up.Photos };
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", up.Secret("operator"));
        var answer =
            await http.PostAsJsonAsync("/api/v1/users", new { name, password = "correct horse battery" });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        using var user = JsonDocument.Parse(text);
        return new Person(up.Photos, name, user.RootElement.GetProperty("id")
            .GetString()!, user.RootElement.GetProperty("key").GetString()!);
    }

    /// <summary>Sends a file; returns status and body.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string album, string name,
        byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        using var answer = await _http.PostAsync(
            $"/api/v1/uploads?album={album}&name={Uri.EscapeDataString(name)}", content);
        return (answer.StatusCode, await BodyAsync(answer));
    }

    /// <summary>
    /// Sends a file that must be taken, waiting where the server says it is busy; returns the upload's id.
    /// </summary>
    public async Task<string> UploadAsync(string album, string name, byte[] bytes)
    {
        while (true)
        {
            var (status, body) = await SendAsync(album, name, bytes);
            if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                continue;
            }
            Assert.True(status == HttpStatusCode.Accepted, $"{status}: {body}");
            return body.GetProperty("id").GetString()!;
        }
    }

    /// <summary>Waits until the upload is published or failed.</summary>
    public async Task<JsonElement> EndOfAsync(string upload)
    {
        JsonElement? last = null;
        await Patiently.UntilAsync($"upload {upload} ends", PublishBound, async () =>
        {
            last = await GetAsync("/api/v1/uploads/" + upload);
            return last.Value.GetProperty("state").GetString() is "published" or "failed";
        });
        return last!.Value;
    }

    /// <summary>Uploads and waits; the photo's id.</summary>
    public async Task<string> PublishAsync(string album, string name, byte[] bytes)
    {
        var end = await EndOfAsync(await UploadAsync(album, name, bytes));
        Assert.True(end.GetProperty("state").GetString() == "published", end.ToString());
        return end.GetProperty("photoId").GetString()!;
    }

    public Task<JsonElement> PageAsync(string album) => GetAsync($"/api/v1/albums/{album}/photos?limit=500");

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        var body = await BodyAsync(answer);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {body}");
        return body;
    }

    public async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await _http.SendAsync(request);
        var result = await BodyAsync(answer);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode} {result}");
        return result;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
