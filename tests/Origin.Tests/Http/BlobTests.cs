using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Flickr.Origin.Tests.Http;

public class BlobTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestNode _node = null!;

    /// <summary>Settings of the node under test; a store of another kind brings its own.</summary>
    protected virtual (string, string)[] Settings => [];

    /// <summary>What an upload of deleted bytes is told: 200 where the bytes were still there, 201 where they went at once.</summary>
    protected virtual int StoredAgainStatus => 200;

    public virtual async ValueTask InitializeAsync() => _node = await TestNode.StartAsync(_folder.Path, Settings);

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(5_000_000)]
    public async Task What_was_stored_comes_back_also_after_a_restart(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var digest = Hex(bytes);

        var posted = await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        var again = await _node.Client.PutAsync($"/b/{digest}", new ByteArrayContent(bytes));
        await _node.DisposeAsync();
        _node = await TestNode.StartAsync(_folder.Path, Settings);
        var got = await _node.Client.GetAsync($"/b/{digest}");

        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);
        Assert.Equal($"/b/{digest}", posted.Headers.Location!.ToString());
        var answer = await posted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(digest, answer.GetProperty("digest").GetString());
        Assert.Equal(length, answer.GetProperty("length").GetInt64());
        Assert.False(answer.GetProperty("existed").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(bytes, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{digest}\"", got.Headers.ETag!.Tag);
        Assert.Equal("public, max-age=31536000, immutable", string.Join(", ", got.Headers.GetValues("Cache-Control")));
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_address_or_digest_says_is_refused()
    {
        var bytes = RandomNumberGenerator.GetBytes(1_000);
        var other = Hex(RandomNumberGenerator.GetBytes(10));
        using var announced = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent(bytes) };
        announced.Headers.TryAddWithoutValidation(
            "Repr-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData("else"u8))}:");
        using var malformed = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent(bytes) };
        malformed.Headers.TryAddWithoutValidation("Repr-Digest", "sha-256=abc");
        using var right = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent(bytes) };
        right.Headers.TryAddWithoutValidation(
            "Repr-Digest", $"md5=:AAAA:, sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:");

        await ShowsProblem(await _node.Client.PutAsync($"/b/{other}", new ByteArrayContent(bytes)), 422, "digest-mismatch");
        await ShowsProblem(await _node.Client.SendAsync(announced), 422, "digest-mismatch");
        await ShowsProblem(await _node.Client.SendAsync(malformed), 400, "digest-malformed");
        await ShowsProblem(await _node.Client.GetAsync($"/b/{Hex(bytes)}"), 404, "blob-not-found");
        Assert.Equal(HttpStatusCode.Created, (await _node.Client.SendAsync(right)).StatusCode);
    }

    [Theory]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=5-9", 206, 5, 5)]
    [InlineData("bytes=90-", 206, 90, 10)]
    [InlineData("bytes=90-1000", 206, 90, 10)]
    [InlineData("bytes=-7", 206, 93, 7)]
    [InlineData("bytes=-1000", 206, 0, 100)]
    [InlineData("bytes=100-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("items=0-1", 200, 0, 100)]
    [InlineData("bytes=9-5", 200, 0, 100)]
    [InlineData("bytes=0-1,5-6", 200, 0, 100)]
    [InlineData("bytes=+1-2", 200, 0, 100)]
    public async Task Ranges_are_served_as_the_RFC_says(string range, int status, int offset, int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/b/{Hex(bytes)}");
        request.Headers.TryAddWithoutValidation("Range", range);

        using var response = await _node.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 416)
        {
            Assert.Equal("bytes */100", response.Content.Headers.ContentRange!.ToString());
            return;
        }
        Assert.Equal(bytes[offset..(offset + length)], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(status == 206 ? $"bytes {offset}-{offset + length - 1}/100" : null,
            response.Content.Headers.ContentRange?.ToString());
    }

    [Fact]
    public async Task A_range_is_served_only_while_If_Range_names_the_same_bytes()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        async Task<int> StatusOf(string ifRange)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/b/{Hex(bytes)}");
            request.Headers.TryAddWithoutValidation("Range", "bytes=0-1");
            request.Headers.TryAddWithoutValidation("If-Range", ifRange);
            return (int)(await _node.Client.SendAsync(request)).StatusCode;
        }

        Assert.Equal(206, await StatusOf($"\"{Hex(bytes)}\""));
        Assert.Equal(200, await StatusOf("\"other\""));
        Assert.Equal(200, await StatusOf($"W/\"{Hex(bytes)}\""));
        Assert.Equal(200, await StatusOf("Wed, 21 Oct 2026 07:28:00 GMT"));
    }

    [Fact]
    public async Task Conditions_are_judged_by_the_entity_tag()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        async Task<int> StatusOf(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/b/{Hex(bytes)}");
            request.Headers.TryAddWithoutValidation(header, value);
            return (int)(await _node.Client.SendAsync(request)).StatusCode;
        }

        Assert.Equal(304, await StatusOf("If-None-Match", $"\"x\", W/\"{Hex(bytes)}\""));
        Assert.Equal(304, await StatusOf("If-None-Match", "*"));
        Assert.Equal(200, await StatusOf("If-None-Match", "\"x\""));
        Assert.Equal(200, await StatusOf("If-Match", $"\"{Hex(bytes)}\""));
        Assert.Equal(412, await StatusOf("If-Match", "\"x\""));
    }

    [Fact]
    public async Task HEAD_says_the_same_without_bytes()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));

        using var head = await _node.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/b/{Hex(bytes)}"));

        Assert.Equal(100, head.Content.Headers.ContentLength);
        Assert.Equal($"\"{Hex(bytes)}\"", head.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_a_later_upload_brings_it_back()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));

        var deleted = await _node.Client.DeleteAsync($"/b/{Hex(bytes)}");
        var gone = await _node.Client.GetAsync($"/b/{Hex(bytes)}");
        var twice = await _node.Client.DeleteAsync($"/b/{Hex(bytes)}");
        var stored = await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        var back = await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await ShowsProblem(gone, 410, "blob-deleted");
        Assert.Equal(HttpStatusCode.NotFound, twice.StatusCode);
        Assert.True(stored.IsSuccessStatusCode);
        Assert.Equal(bytes, back);
    }

    [Fact]
    public async Task A_deletion_loses_against_a_later_touch()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        async Task<int> SendAsync(HttpMethod method, int generation)
        {
            using var request = new HttpRequestMessage(method, $"/b/{Hex(bytes)}");
            request.Headers.Add("Link-Generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Content = method == HttpMethod.Put ? new ByteArrayContent(bytes) : null;
            return (int)(await _node.Client.SendAsync(request)).StatusCode;
        }

        Assert.Equal(201, await SendAsync(HttpMethod.Put, 5));
        Assert.Equal(200, await SendAsync(HttpMethod.Put, 8));
        Assert.Equal(409, await SendAsync(HttpMethod.Delete, 7));
        Assert.Equal(bytes, await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}"));
        Assert.Equal(204, await SendAsync(HttpMethod.Delete, 9));
        Assert.Equal(409, await SendAsync(HttpMethod.Put, 9));
        Assert.Equal(StoredAgainStatus, await SendAsync(HttpMethod.Put, 10));
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_whether_it_says_so_or_not()
    {
        await using var small = await TestNode.StartAsync(
            Path.Combine(_folder.Path, "small"), ("Origin:BlobBytesMax", "1048576"));
        var bytes = new byte[(1 << 20) + 5];
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent(bytes) };
        chunked.Headers.TransferEncodingChunked = true;

        await ShowsProblem(await small.Client.PostAsync("/b", new ByteArrayContent(bytes)), 413, "body-too-large");
        await ShowsProblem(await small.Client.SendAsync(chunked), 413, "body-too-large");
        Assert.Equal(404, (int)(await small.Client.GetAsync($"/b/{Hex(bytes)}")).StatusCode);
    }

    [Fact]
    public async Task The_key_is_asked_when_there_is_one()
    {
        await using var locked = await TestNode.StartAsync(Path.Combine(_folder.Path, "locked"), ("Origin:Key", "open sesame"));
        var without = await locked.Client.PostAsync("/b", new ByteArrayContent([1]));
        locked.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "open sesam");
        var wrong = await locked.Client.PostAsync("/b", new ByteArrayContent([1]));
        locked.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "open sesame");
        var right = await locked.Client.PostAsync("/b", new ByteArrayContent([1]));

        await ShowsProblem(without, 401, "key-refused");
        await ShowsProblem(wrong, 401, "key-refused");
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
    }

    [Fact]
    public async Task Metrics_and_health_are_on_the_admin_listener_only()
    {
        var metrics = await _node.Admin.GetStringAsync("/metrics");
        var ready = await _node.Admin.GetAsync("/readyz");
        var onPublic = await _node.Client.GetAsync("/metrics");

        Assert.Contains("flickr_origin_writable 1", metrics, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, onPublic.StatusCode);
    }

    internal static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal static async Task ShowsProblem(HttpResponseMessage response, int status, string name)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"urn:flickr:problem:{name}", problem.GetProperty("type").GetString());
    }
}
