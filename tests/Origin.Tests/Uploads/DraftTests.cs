using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Flickr.Origin.Uploads;
using Xunit;
using static Flickr.Origin.Tests.Http.BlobTests;

namespace Flickr.Origin.Tests.Uploads;

/// <summary>draft-ietf-httpbis-resumable-upload, interop version 8.</summary>
public sealed class DraftTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Trait("Requirement", "R114")]
    public async Task A_whole_body_in_one_request_is_a_blob_at_once()
    {
        var bytes = RandomNumberGenerator.GetBytes(70_000);

        using var answer = await _node.Client.SendAsync(Request(HttpMethod.Post, "/-/uploads", bytes, complete: true));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(("?1", Hex(bytes), "8"), (Field(answer, "Upload-Complete"), Field(answer, "Flickr-Digest"), Field(answer, DraftEndpoints.VersionField)));
        Assert.Equal(bytes, await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}"));
    }

    [Fact]
    [Trait("Requirement", "R114")]
    public async Task An_upload_of_unknown_length_cut_anywhere_and_across_restarts_ends_with_the_right_hash()
    {
        var bytes = RandomNumberGenerator.GetBytes(2_000_000);
        var random = new Random(11);
        using var created = await _node.Client.SendAsync(Request(HttpMethod.Post, "/-/uploads", [], complete: false));
        var location = created.Headers.Location!.ToString();
        for (var cut = 0; cut < 12; cut++)
        {
            var offset = await OffsetAsync(location);
            await CutAsync(location, bytes, offset, random.Next(1, 150_000));
            if (cut % 5 == 4)
            {
                await _node.DisposeAsync();
                _node = await TestNode.StartAsync(_folder.Path);
            }
        }
        var left = (int)await OffsetAsync(location);

        using var last = Request(HttpMethod.Patch, location, bytes[left..], complete: true, offset: left);
        last.Headers.Add("Repr-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:");
        using var done = await _node.Client.SendAsync(last);
        using var after = await _node.Client.SendAsync(Request(HttpMethod.Head, location));

        Assert.True(left > 0, "the cuts left something behind");
        Assert.Equal((HttpStatusCode.Created, Hex(bytes)), (done.StatusCode, Field(done, "Flickr-Digest")));
        Assert.Equal(("?1", "2000000"), (Field(after, "Upload-Complete"), Field(after, "Upload-Length")));
        Assert.Equal(bytes, await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}"));
    }

    [Fact]
    public async Task A_second_request_ends_the_one_that_still_writes_and_goes_on_behind_it()
    {
        using var created = await _node.Client.SendAsync(Request(HttpMethod.Post, "/-/uploads", [], complete: false));
        var location = created.Headers.Location!.ToString();
        // (1) A client sends 50,000 of 90,000 bytes and stalls, its connection open.
        using var stalled = await SendPartAsync(location, new byte[50_000], 0, 90_000);
        var id = location[(location.LastIndexOf('/') + 1)..];
        var part = Path.Combine(_folder.Path, "uploads", id + ".part");
        await TestCluster.Becomes(() => new FileInfo(part).Length == 50_000, "the node has what was sent");

        // (2) It comes back over another connection.
        var offset = await OffsetAsync(location);
        using var done = await _node.Client.SendAsync(Request(HttpMethod.Patch, location, new byte[40_000], complete: true, offset: offset));

        Assert.Equal(50_000, offset);
        Assert.Equal(Hex(new byte[90_000]), Field(done, "Flickr-Digest"));
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_and_costs_nothing()
    {
        using var created = await _node.Client.SendAsync(Request(HttpMethod.Post, "/-/uploads", new byte[100], complete: false, length: 300));
        var location = created.Headers.Location!.ToString();
        using var noVersion = new HttpRequestMessage(HttpMethod.Head, location);
        noVersion.Headers.Add(DraftEndpoints.VersionField, "3");
        using var noType = Request(HttpMethod.Patch, location, new byte[5], complete: false, offset: 100);
        noType.Content!.Headers.ContentType = new("text/plain");
        using var otherPart = Request(HttpMethod.Patch, location, new byte[5], complete: false, offset: 100);
        otherPart.Headers.Add("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData("x"u8))}:");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Contains("max-size=", Field(created, "Upload-Limit"), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await _node.Client.SendAsync(noVersion)).StatusCode);
        await ShowsProblem(await _node.Client.SendAsync(noType), 415, "upload-malformed");
        await ShowsProblem(await _node.Client.SendAsync(otherPart), 422, "digest-mismatch");
        using var elsewhere = await _node.Client.SendAsync(Request(HttpMethod.Patch, location, new byte[5], complete: false, offset: 7));
        Assert.Equal("100", Field(elsewhere, "Upload-Offset"));
        await ShowsProblem(elsewhere, 409, "upload-offset");
        await ShowsProblem(await _node.Client.SendAsync(Request(HttpMethod.Patch, location, new byte[5], complete: true, offset: 100)), 400, "upload-length");
        await ShowsProblem(await _node.Client.SendAsync(Request(HttpMethod.Patch, location, new byte[201], complete: false, offset: 100)), 413, "body-too-large");
        Assert.Equal(201, (int)(await _node.Client.SendAsync(Request(HttpMethod.Patch, location, new byte[200], complete: true, offset: 100))).StatusCode);
        await ShowsProblem(await _node.Client.SendAsync(Request(HttpMethod.Patch, location, [], complete: true, offset: 300)), 400, "upload-complete");
        Assert.Equal(204, (int)(await _node.Client.SendAsync(Request(HttpMethod.Delete, location))).StatusCode);
        Assert.Equal(404, (int)(await _node.Client.SendAsync(Request(HttpMethod.Head, location))).StatusCode);
    }

    [Fact]
    public async Task Parts_uploaded_side_by_side_by_tus_become_one_blob()
    {
        var bytes = RandomNumberGenerator.GetBytes(9_000);
        var parts = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            using var request = Tus(bytes[(i * 3_000)..((i + 1) * 3_000)]);
            request.Headers.Add("Upload-Length", "3000");
            request.Headers.Add("Upload-Concat", "partial");
            using var created = await _node.Client.SendAsync(request);
            Assert.False(created.Headers.Contains("Flickr-Digest"));
            return created.Headers.Location!.ToString();
        }));
        using var final = Tus(null);
        final.Headers.TryAddWithoutValidation("Upload-Concat", "final;" + string.Join(' ', parts));

        using var answer = await _node.Client.SendAsync(final);

        Assert.Equal((HttpStatusCode.Created, Hex(bytes)), (answer.StatusCode, Field(answer, "Flickr-Digest")));
        Assert.Equal(bytes, await _node.Client.GetByteArrayAsync($"/b/{Hex(bytes)}"));
    }

    private static HttpRequestMessage Tus(byte[]? body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/-/uploads");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/offset+octet-stream");
        }
        return request;
    }

    private static HttpRequestMessage Request(
        HttpMethod method, string location, byte[]? body = null, bool complete = false, long? offset = null, long? length = null)
    {
        var request = new HttpRequestMessage(method, location);
        request.Headers.Add(DraftEndpoints.VersionField, "8");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/partial-upload");
            request.Headers.Add("Upload-Complete", complete ? "?1" : "?0");
        }
        if (offset is { } at)
        {
            request.Headers.Add("Upload-Offset", at.ToString(CultureInfo.InvariantCulture));
        }
        if (length is { } whole)
        {
            request.Headers.Add("Upload-Length", whole.ToString(CultureInfo.InvariantCulture));
        }
        return request;
    }

    private async Task<long> OffsetAsync(string location)
    {
        using var head = await _node.Client.SendAsync(Request(HttpMethod.Head, location));
        Assert.Equal(HttpStatusCode.NoContent, head.StatusCode);
        return long.Parse(Field(head, "Upload-Offset"), CultureInfo.InvariantCulture);
    }

    private async Task CutAsync(string location, byte[] bytes, long offset, int count)
    {
        var end = (int)Math.Min(bytes.Length - 1, offset + count);
        using var socket = await SendPartAsync(location, bytes[(int)offset..end], offset, bytes.Length - offset);
        // Half of the time the cut waits for the bytes: Kestrel drops what it has not handed on when the connection ends.
        if (count % 2 == 0)
        {
            var part = Path.Combine(_folder.Path, "uploads", location[(location.LastIndexOf('/') + 1)..] + ".part");
            await TestCluster.Becomes(() => new FileInfo(part).Length >= end, "the node has what was sent");
        }
    }

    private async Task<Socket> SendPartAsync(string location, byte[] part, long offset, long announced)
    {
        var address = new Uri(_node.Address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"PATCH {location} HTTP/1.1\r\nHost: x\r\n{DraftEndpoints.VersionField}: 8\r\nUpload-Complete: ?1\r\nUpload-Offset: {offset}\r\n"
            + $"Content-Type: application/partial-upload\r\nContent-Length: {announced}\r\n\r\n"));
        var sent = 0;
        while (sent < part.Length)
        {
            sent += await socket.SendAsync(part.AsMemory(sent));
        }
        return socket;
    }

    private static string Field(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : "";
}
