using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;
using static Flickr.Origin.Tests.Http.BlobTests;

namespace Flickr.Origin.Tests.Http;

public class LinkTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestNode _node = null!;

    /// <summary>Settings of the node under test; a store of another kind brings its own.</summary>
    protected virtual (string, string)[] Settings => [];

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

    [Fact]
    [Trait("Requirement", "R057")]
    public async Task A_name_points_at_a_blob_and_carries_what_the_edge_needs_to_know()
    {
        var bytes = RandomNumberGenerator.GetBytes(500);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        var put = await PutLinkAsync("/alice/nature/original/swans.png", bytes, ("Link-Type", "image/png"),
            ("Link-Owner", "01ABC"), ("Link-Owner-Epoch", "3"), ("Link-Visibility", "public"),
            ("Link-Tags", "photo:01H album:02"), ("Link-Generation", "7"));
        await _node.DisposeAsync();
        _node = await TestNode.StartAsync(_folder.Path, Settings);

        using var got = await _node.Client.GetAsync("/alice/nature/original/swans.png?v=abc");

        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(bytes, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", got.Content.Headers.ContentType!.ToString());
        Assert.Equal("01ABC", Header(got, "Flickr-Owner"));
        Assert.Equal("3", Header(got, "Flickr-Owner-Epoch"));
        Assert.Equal("public", Header(got, "Flickr-Visibility"));
        Assert.Equal("photo:01H album:02", Header(got, "Surrogate-Key"));
        Assert.Equal("7", Header(got, "Flickr-Generation"));
        Assert.Equal("public, max-age=31536000, immutable", Header(got, "Cache-Control"));
        Assert.Equal($"\"{Hex(bytes)}\"", got.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task A_body_put_at_a_name_is_stored_and_linked_in_one_call_and_private_by_default()
    {
        var bytes = RandomNumberGenerator.GetBytes(500);

        var put = await _node.Client.PutAsync("/a/file.bin", new ByteArrayContent(bytes));
        using var byName = await _node.Client.GetAsync("/a/file.bin");
        var byDigest = await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}");

        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(bytes, await byName.Content.ReadAsByteArrayAsync());
        Assert.Equal("private", Header(byName, "Flickr-Visibility"));
        Assert.Null(Header(byName, "Cache-Control"));
        Assert.Equal(bytes, byDigest);
    }

    [Fact]
    public async Task An_older_generation_never_overwrites_a_newer_one()
    {
        var (first, second) = (RandomNumberGenerator.GetBytes(10), RandomNumberGenerator.GetBytes(11));
        await _node.Client.PostAsync("/b", new ByteArrayContent(first));
        await _node.Client.PostAsync("/b", new ByteArrayContent(second));

        Assert.Equal(201, (int)(await PutLinkAsync("/u/x", first, ("Link-Generation", "5"))).StatusCode);
        Assert.Equal(200, (int)(await PutLinkAsync("/u/x", first, ("Link-Generation", "5"))).StatusCode);
        Assert.Equal(200, (int)(await PutLinkAsync("/u/x", second, ("Link-Generation", "6"))).StatusCode);
        await ShowsProblem(await PutLinkAsync("/u/x", first, ("Link-Generation", "5")), 409, "older-generation");
        Assert.Equal(second, await _node.Client.GetByteArrayAsync("/u/x"));
        using var older = new HttpRequestMessage(HttpMethod.Delete, "/u/x");
        older.Headers.Add("Link-Generation", "5");
        await ShowsProblem(await _node.Client.SendAsync(older), 409, "older-generation");
        using var newer = new HttpRequestMessage(HttpMethod.Delete, "/u/x");
        newer.Headers.Add("Link-Generation", "7");
        Assert.Equal(204, (int)(await _node.Client.SendAsync(newer)).StatusCode);
        await ShowsProblem(await _node.Client.GetAsync("/u/x"), 404, "path-not-found");
        await ShowsProblem(await PutLinkAsync("/u/x", first, ("Link-Generation", "6")), 409, "older-generation");
        Assert.Equal(201, (int)(await PutLinkAsync("/u/x", first, ("Link-Generation", "8"))).StatusCode);
    }

    [Fact]
    public async Task A_deletion_that_overtakes_an_older_write_is_not_undone_by_it()
    {
        var bytes = RandomNumberGenerator.GetBytes(10);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        foreach (var target in (string[])["/u/x", "/b/" + Hex([9, 9])])
        {
            using var delete = new HttpRequestMessage(HttpMethod.Delete, target);
            delete.Headers.Add("Link-Generation", "9");
            Assert.Equal(404, (int)(await _node.Client.SendAsync(delete)).StatusCode);
        }
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/b") { Content = new ByteArrayContent([9, 9]) };
        upload.Headers.Add("Link-Generation", "8");

        await ShowsProblem(await PutLinkAsync("/u/x", bytes, ("Link-Generation", "8")), 409, "older-generation");
        await ShowsProblem(await _node.Client.GetAsync("/u/x"), 404, "path-not-found");
        await ShowsProblem(await _node.Client.SendAsync(upload), 409, "older-generation");
        Assert.Equal(201, (int)(await PutLinkAsync("/u/x", bytes, ("Link-Generation", "10"))).StatusCode);
    }

    [Fact]
    public async Task A_name_cannot_point_at_a_blob_that_is_not_there()
    {
        await ShowsProblem(await PutLinkAsync("/u/x", [1, 2, 3]), 404, "blob-not-found");
        await ShowsProblem(await _node.Client.GetAsync("/u/x"), 404, "path-not-found");
    }

    [Fact]
    [Trait("Requirement", "R054")]
    public async Task A_directory_lists_its_names_page_by_page()
    {
        var bytes = RandomNumberGenerator.GetBytes(10);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));
        foreach (var name in (string[])["original/a%20b.png", "original/c.png", "original/d.png", "album.json", "hd/x.jpg"])
        {
            Assert.Equal(201, (int)(await PutLinkAsync("/alice/nature/" + name, bytes)).StatusCode);
        }
        await _node.Client.DeleteAsync("/alice/nature/hd/x.jpg");

        var top = await _node.Client.GetFromJsonAsync<JsonElement>("/alice/nature/");
        var first = await _node.Client.GetFromJsonAsync<JsonElement>("/alice/nature/original/?limit=2");
        var second = await _node.Client.GetFromJsonAsync<JsonElement>(
            "/alice/nature/original/?limit=2&after=" + Uri.EscapeDataString(first.GetProperty("next").GetString()!));
        var none = await _node.Client.GetAsync("/bob/");

        Assert.Equal(["original"], top.GetProperty("directories").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(["album.json"], NamesOf(top));
        Assert.Equal(["a b.png", "c.png"], NamesOf(first));
        Assert.Equal(["d.png"], NamesOf(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        await ShowsProblem(none, 404, "path-not-found");
    }

    [Theory]
    [Trait("Requirement", "R056")]
    [InlineData("/a//b")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb")]
    [InlineData("/a/%41")]
    [InlineData("/a/%e4")]
    [InlineData("/a/%0A")]
    [InlineData("/a/%5C")]
    [InlineData("/a/%C3")]
    public async Task A_path_that_is_not_canonical_is_refused(string path)
    {
        var (host, port) = (new Uri(_node.Address).Host, new Uri(_node.Address).Port);
        using var socket = new System.Net.Sockets.TcpClient(host, port);
        var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));

        var answer = await new StreamReader(stream).ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("path-not-canonical", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Link-Owner", "a b")]
    [InlineData("Link-Visibility", "secret")]
    [InlineData("Link-Owner-Epoch", "-1")]
    [InlineData("Link-Generation", "x")]
    [InlineData("Link-Generation", "0")]
    [InlineData("Link-Type", "nonsense")]
    public async Task A_link_header_that_cannot_be_read_is_refused(string header, string value)
    {
        var bytes = RandomNumberGenerator.GetBytes(10);
        await _node.Client.PostAsync("/b", new ByteArrayContent(bytes));

        await ShowsProblem(await PutLinkAsync("/u/x", bytes, (header, value)), 400, "link-malformed");
    }

    private async Task<HttpResponseMessage> PutLinkAsync(string path, byte[] bytes, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path);
        request.Headers.Add("Link-Blob", Hex(bytes));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await _node.Client.SendAsync(request);
    }

    private static IEnumerable<string> NamesOf(JsonElement page) =>
        page.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()!);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
