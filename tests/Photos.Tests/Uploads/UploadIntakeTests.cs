using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Uploads;

public sealed class UploadIntakeTests
{
    private static byte[] Coffee => File.ReadAllBytes(Samples.File("derived/baseline.jpg"));

    [Theory, Trait("Requirement", "R119")]
    [InlineData("just text", "urn:flickr:problem:image-format-unknown")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "urn:flickr:problem:image-format-unknown")]
    [InlineData("", "urn:flickr:problem:image-format-unknown")]
    public async Task Text_named_as_a_photo_is_refused_at_once_and_nothing_is_stored(string text, string problem)
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var (status, type) = await RefusedAsync(alice, Encoding.UTF8.GetBytes(text), "x.jpg");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, problem), (status, type));
        Assert.Empty(host.Origin.Blobs);
        Assert.Equal(1, host.Get<PhotosMetrics>().UploadsRefused.Value);
    }

    [Fact, Trait("Requirement", "R120")]
    public async Task HEIC_is_refused_with_a_way_out()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var (status, type) = await RefusedAsync(alice, await File.ReadAllBytesAsync(Samples.File("derived/photo.heic")), "x.heic");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "urn:flickr:problem:image-heic"), (status, type));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_over_the_limit_is_refused_whether_it_says_so_or_not(bool saysItsLength)
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Uploads:BytesMax"] = "100000" });
        using var alice = await host.AddUserAsync("alice");
        byte[] bytes = [.. Coffee, .. new byte[200_000]];

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads?album=nature&name=x.jpg")
        {
            Content = saysItsLength ? new ByteArrayContent(bytes) : new StreamContent(new MemoryStream(bytes)),
        };
        request.Headers.TransferEncodingChunked = !saysItsLength;
        using var answer = await alice.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(host.Origin.Blobs);
    }

    [Theory, Trait("Requirement", "R056")]
    [InlineData("..", "x.jpg")]
    [InlineData("a/b", "x.jpg")]
    [InlineData("nature", "../x.jpg")]
    [InlineData("nature", "..%2fx.jpg")]
    [InlineData("nature", "")]
    public async Task Names_that_cannot_be_paths_are_refused(string album, string name)
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var (status, type) = await RefusedAsync(alice, Coffee, name, album);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "urn:flickr:problem:bad-name"), (status, type));
    }

    [Fact, Trait("Requirement", "R113")]
    public async Task When_storage_is_full_or_away_the_client_is_told_when_to_come_back()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        host.Origin.Refuse = _ => 507;

        using var answer = await alice.PostAsync("/api/v1/uploads?album=nature&name=x.jpg", new ByteArrayContent(Coffee));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Empty((await alice.GetFromJsonAsync<JsonElement>("/api/v1/uploads")).GetProperty("uploads").EnumerateArray());
    }

    [Fact, Trait("Requirement", "R112")]
    public async Task Uploads_over_the_rate_get_429_and_a_time()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Limits:UploadsPerMinute"] = "1" });
        using var alice = await host.AddUserAsync("alice");
        await PhotosHost.UploadAsync(alice, Coffee, "x.jpg");

        using var answer = await alice.PostAsync("/api/v1/uploads?album=nature&name=y.jpg", new ByteArrayContent(Coffee));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    [Fact, Trait("Requirement", "R037")]
    public async Task The_same_bytes_twice_point_at_the_photo_that_is_there()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var first = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, Coffee, "swans.jpg"));

        var again = await PhotosHost.UploadAsync(alice, Coffee, "other.jpg");

        Assert.Equal("published", again.GetProperty("state").GetString());
        Assert.Equal(first.GetProperty("photoId").GetString(), again.GetProperty("duplicateOf").GetString());
        Assert.Single((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray());
        Assert.Equal(1, host.Get<PhotosMetrics>().UploadsDuplicate.Value);
    }

    [Fact, Trait("Requirement", "R037")]
    public async Task The_same_bytes_sent_at_once_become_one_photo()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => PhotosHost.UploadAsync(alice, Coffee, $"p{i}.jpg")));
        foreach (var upload in sent)
        {
            Assert.Equal("published", (await PhotosHost.EndAsync(alice, upload)).GetProperty("state").GetString());
        }

        Assert.Single((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray());
    }

    [Fact, Trait("Requirement", "R037")]
    public async Task Another_users_same_bytes_are_stored_once_and_nobody_is_told()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, Coffee, "swans.jpg"));
        var blobs = host.Origin.Blobs.Count;

        var upload = await PhotosHost.UploadAsync(bob, Coffee, "swans.jpg");
        await PhotosHost.EndAsync(bob, upload);

        Assert.False(upload.TryGetProperty("duplicateOf", out _));
        Assert.Equal(blobs + 1, host.Origin.Blobs.Count); // bob's album.json
        Assert.Single((await host.AlbumAsync(bob)).GetProperty("items").EnumerateArray());
    }

    [Fact, Trait("Requirement", "R053"), Trait("Requirement", "R056")]
    public async Task Names_that_are_taken_are_numbered_and_Korean_names_keep_their_spelling()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        string[] names = ["노을.jpg", "\u1102\u1169\u110b\u1173\u11af.png", "노을.JPG"];
        for (var i = 0; i < names.Length; i++)
        {
            await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, [.. Coffee, (byte)i], names[i], "바다 여행"));
        }

        var page = await host.AlbumAsync(alice, "바다 여행");

        Assert.Equal(["노을 (3).JPG", "노을 (2).png", "노을.jpg"], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        Assert.Contains("/alice/%EB%B0%94%EB%8B%A4%20%EC%97%AC%ED%96%89/thumbnail/%EB%85%B8%EC%9D%84%20(2)_thumbnail.jpg", host.Origin.Links.Keys);
    }

    [Fact, Trait("Requirement", "R066")]
    public async Task A_damaged_file_ends_failed_with_a_sentence_and_leaves_nothing()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var end = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, await File.ReadAllBytesAsync(Samples.File("derived/baseline-truncated.jpg")), "cut.jpg"));

        Assert.Equal("failed", end.GetProperty("state").GetString());
        Assert.Equal("urn:flickr:problem:image-damaged", end.GetProperty("problem").GetProperty("type").GetString());
        Assert.Contains("damaged", end.GetProperty("problem").GetProperty("title").GetString());
        Assert.All(host.Origin.Links.Values, link => Assert.True(link.IsDeleted));
        Assert.Empty((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray());
        Assert.Equal(1, host.Get<PhotosMetrics>().UploadsFailed.Value);
        var whole = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(alice, Coffee, "cut.jpg"));
        Assert.Equal("published", whole.GetProperty("state").GetString());
        Assert.Equal("cut.jpg", Assert.Single((await host.AlbumAsync(alice)).GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
        Assert.False(host.Origin.Links["/alice/nature/original/cut.jpg"].IsDeleted);
    }

    [Fact, Trait("Requirement", "R061")]
    public async Task A_pixel_bomb_ends_failed_without_a_lost_worker()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        var end = await PhotosHost.EndAsync(alice, await PhotosHost.UploadAsync(
            alice, await File.ReadAllBytesAsync(Samples.File("hostile/bomb_900mp_1bit.png")), "bomb.png"));

        Assert.Equal("urn:flickr:problem:image-too-large", end.GetProperty("problem").GetProperty("type").GetString());
        Assert.Equal(0, host.Get<PhotosMetrics>().WorkersLost.Value);
    }

    [Fact, Trait("Requirement", "R027"), Trait("Requirement", "R123")]
    public async Task Uploads_wait_in_a_visible_line_and_each_step_is_told_as_it_comes()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Origin.Gate = request => request.Method == "HEAD" ? open.Task : Task.CompletedTask;
        using var stream = new StreamReader(await alice.GetStreamAsync("/api/v1/uploads/events"));
        var uploads = new List<JsonElement>();
        for (var i = 0; i < 3; i++)
        {
            uploads.Add(await PhotosHost.UploadAsync(alice, [.. Coffee, (byte)i], $"p{i}.jpg"));
        }

        Assert.Equal([0L, 2, 3], uploads.Skip(1).Select(u => u.GetProperty("queuePosition").GetInt64()).Prepend(0));
        Assert.Equal(3, await ScrapeAsync(host, "flickr_photos_upload_queue_depth"));
        var steps = new List<string?>();
        var published = 0;
        while (published < 3)
        {
            var line = await stream.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            if (line?.StartsWith("data: ", StringComparison.Ordinal) == true)
            {
                var body = JsonDocument.Parse(line[6..]).RootElement;
                steps.Add(body.GetProperty("step").GetString());
                published += body.GetProperty("state").GetString() == "published" ? 1 : 0;
                open.TrySetResult(); // the first step has been told: the others may follow
            }
        }
        Assert.True(steps.Distinct().Count() > 1);
        // Counted after the row that the stream tells of was committed.
        await PhotosHost.UntilAsync(() => ScrapeAsync(host, "flickr_photos_uploads_published_total"), count => count == 3);
        Assert.Equal(0, await ScrapeAsync(host, "flickr_photos_upload_queue_depth"));
        Assert.Equal(3, await ScrapeAsync(host, "flickr_photos_uploads_accepted_total"));
        Assert.True(await ScrapeAsync(host, "flickr_photos_upload_bytes_total") > 3 * 10_000);
        Assert.True(await ScrapeAsync(host, "flickr_photos_images_done_total") >= 6);
    }

    [Fact, Trait("Requirement", "R036"), Trait("Requirement", "R040")]
    public async Task An_upload_taken_while_the_control_plane_is_away_ends_published_later()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        host.ControlPlane.Refuse = 503;
        var upload = await PhotosHost.UploadAsync(alice, Coffee, "swans.jpg");
        await PhotosHost.UntilAsync(() => Task.FromResult(host.Get<PhotosMetrics>().SagaRetries.Value), retries => retries > 2);
        host.ControlPlane.Refuse = 0;

        var end = await PhotosHost.EndAsync(alice, upload);

        Assert.Equal("published", end.GetProperty("state").GetString());
    }

    private static async Task<(HttpStatusCode, string?)> RefusedAsync(HttpClient client, byte[] bytes, string name, string album = "nature")
    {
        using var answer = await client.PostAsync(
            $"/api/v1/uploads?album={Uri.EscapeDataString(album)}&name={Uri.EscapeDataString(name)}", new ByteArrayContent(bytes));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    private static async Task<double> ScrapeAsync(PhotosHost host, string series)
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(host.AdminAddress + "/metrics");
        return double.Parse(text.Split('\n').Single(line => line.StartsWith(series + " ", StringComparison.Ordinal)).Split(' ')[1]);
    }
}
