using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Resumable;

public sealed class TusTests
{
    [Fact, Trait("Requirement", "R036")]
    public async Task A_file_in_parts_survives_cuts_and_a_restart_and_becomes_a_photo()
    {
        var bytes = await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg"));
        var host = await PhotosHost.StartAsync();
        var alice = await host.AddUserAsync("alice");
        var key = alice.DefaultRequestHeaders.Authorization!.Parameter!;
        var location = await CreateAsync(alice, bytes.Length, "여름", "swans.jpg");

        await CutAsync(alice, location, 0, bytes, sent: 3_000); // the line breaks in the middle of the part
        var offset = await PhotosHost.UntilAsync(() => OffsetAsync(alice, location), at => at > 0);
        Assert.InRange(offset, 1, 3_000);
        await host.StopAsync();
        await using var again = await PhotosHost.StartAsync(again: host);
        using var client = again.ClientFor(key);
        offset = (int)await OffsetAsync(client, location);
        using var stale = await PatchAsync(client, location, 1, bytes[1..]);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        var half = offset + ((bytes.Length - offset) / 2);
        using var wrong = await PatchAsync(client, location, offset, bytes[offset..half], checksum: SHA256.HashData([1]));
        Assert.Equal(460, (int)wrong.StatusCode);
        using var middle = await PatchAsync(client, location, offset, bytes[offset..half], SHA256.HashData(bytes[offset..half]));
        Assert.Equal(half.ToString(System.Globalization.CultureInfo.InvariantCulture), middle.Headers.GetValues("Upload-Offset").Single());
        using var last = await PatchAsync(client, location, half, bytes[half..]);

        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        var id = last.Headers.GetValues("Flickr-Upload").Single();
        var end = await PhotosHost.UntilAsync(() => client.GetFromJsonAsync<JsonElement>($"/api/v1/uploads/{id}"),
            now => now.GetProperty("state").GetString() is "published" or "failed");
        Assert.Equal("published", end.GetProperty("state").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), end.GetProperty("digest").GetString());
        using var head = await HeadAsync(client, location); // the answer was lost: it is still told
        Assert.Equal(id, head.Headers.GetValues("Flickr-Upload").Single());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(again.Folder.Path, "parts"), "*.part"));
        alice.Dispose();
    }

    [Fact]
    public async Task What_is_no_picture_too_long_or_another_users_is_refused_early()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Uploads:BytesMax"] = "100000", ["Photos:Resumable:UnfinishedMax"] = "2" });
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var location = await CreateAsync(alice, 1_000, "nature", "a.jpg");

        using var text = await PatchAsync(alice, location, 0, Encoding.ASCII.GetBytes(new string('x', 500)));
        using var gone = await HeadAsync(alice, location);
        using var large = await CreateAnswerAsync(alice, 100_001, "nature", "a.jpg");
        using var badName = await CreateAnswerAsync(alice, 10, "a/b", "a.jpg");
        var second = await CreateAsync(alice, 40, "nature", "b.jpg");
        using var foreign = await HeadAsync(bob, second);
        using var tooLong = await PatchAsync(alice, second, 0, new byte[41]);
        await CreateAsync(alice, 40, "nature", "c.jpg");
        using var many = await CreateAnswerAsync(alice, 40, "nature", "d.jpg");
        using var removal = new HttpRequestMessage(HttpMethod.Delete, second);
        removal.Headers.Add("Tus-Resumable", "1.0.0");
        using var removed = await alice.SendAsync(removal);
        using var unversioned = await alice.PostAsync("/api/v1/tus", null);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, badName.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, many.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, unversioned.StatusCode);
    }

    [Fact]
    public async Task Storage_that_is_away_at_the_last_byte_is_tried_again_with_an_empty_part()
    {
        var bytes = await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg"));
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var location = await CreateAsync(alice, bytes.Length, "nature", "a.jpg");
        host.Origin.Refuse = request => request.Method == "POST" ? 503 : 0;

        using var away = await PatchAsync(alice, location, 0, bytes);
        host.Origin.Refuse = _ => 0;
        using var back = await PatchAsync(alice, location, bytes.Length, []);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        Assert.NotEmpty(back.Headers.GetValues("Flickr-Upload").Single());
    }

    private static async Task<string> CreateAsync(HttpClient client, long length, string album, string name)
    {
        using var answer = await CreateAnswerAsync(client, length, album, name);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!.ToString();
    }

    private static Task<HttpResponseMessage> CreateAnswerAsync(HttpClient client, long length, string album, string name)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tus");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata", $"album {Base64(album)},name {Base64(name)}");
        return client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, string location, long offset, byte[] bytes, byte[]? checksum = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (checksum is not null)
        {
            request.Headers.Add("Upload-Checksum", "sha256 " + Convert.ToBase64String(checksum));
        }
        return client.SendAsync(request);
    }

    // A part that says its whole length and ends early, on a connection of its own.
    private static async Task CutAsync(HttpClient client, string location, long offset, byte[] bytes, int sent)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        var stream = socket.GetStream();
        var head = $"PATCH {location} HTTP/1.1\r\nHost: {client.BaseAddress.Authority}\r\nAuthorization: {client.DefaultRequestHeaders.Authorization}\r\n"
            + $"Tus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {bytes.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(bytes.AsMemory(0, sent));
        await stream.FlushAsync();
        socket.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var rest = new byte[1_000];
        while (await stream.ReadAsync(rest) > 0)
        {
            continue;
        }
    }

    private static Task<HttpResponseMessage> HeadAsync(HttpClient client, string location)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, location);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        return client.SendAsync(request);
    }

    private static async Task<int> OffsetAsync(HttpClient client, string location)
    {
        using var answer = await HeadAsync(client, location);
        return int.Parse(answer.Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
