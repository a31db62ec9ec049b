using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Xunit;
using static Flickr.Origin.Tests.Http.BlobTests;

namespace Flickr.Origin.Tests.Uploads;

public sealed class TusTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestNode _node = null!;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Trait("Requirement", "R114")]
    public async Task An_upload_cut_anywhere_and_across_restarts_ends_with_the_right_hash()
    {
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var random = new Random(5);
        var location = await CreateAsync(bytes.Length);
        var (sent, cuts) = (0L, 0);
        string? digest = null;
        while (digest is null)
        {
            var (offset, found) = await HeadAsync(location);
            digest = found;
            if (digest is not null)
            {
                break;
            }
            if (cuts++ < 25)
            {
                sent += await CutAsync(location, bytes, offset, random.Next(1, 200_000));
            }
            else
            {
                // A cut connection that the node notices late still holds the lock, or moves the offset: look again.
                var status = (int)(await PatchAsync(location, offset, bytes[(int)offset..])).StatusCode;
                Assert.Contains(status, (int[])[204, 409, 423]);
                sent += status == 204 ? bytes.Length - offset : 0;
            }
            if (cuts % 10 == 0)
            {
                await _node.DisposeAsync();
                await StartAsync();
            }
        }

        Assert.Equal(Hex(bytes), digest);
        Assert.Equal(bytes, await _node.Client.GetByteArrayAsync($"/b/{digest}"));
        Assert.True(sent <= bytes.Length + 25 * 200_000, $"{sent} bytes sent");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.Path, "uploads"), "*.part"));
    }

    [Fact]
    public async Task Creation_may_carry_the_body_and_metadata_comes_back()
    {
        var bytes = RandomNumberGenerator.GetBytes(5_000);
        using var request = Request(HttpMethod.Post, "/-/uploads", bytes);
        request.Headers.Add("Upload-Length", "5000");
        request.Headers.TryAddWithoutValidation("Upload-Metadata", "filename c3dhbnMucG5n");

        using var created = await _node.Client.SendAsync(request);
        using var head = await _node.Client.SendAsync(Request(HttpMethod.Head, created.Headers.Location!.ToString()));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("5000", created.Headers.GetValues("Upload-Offset").Single());
        Assert.Equal(Hex(bytes), created.Headers.GetValues("Flickr-Digest").Single());
        Assert.Equal("filename c3dhbnMucG5n", head.Headers.GetValues("Upload-Metadata").Single());
        Assert.Equal("no-store", head.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_part_with_another_checksum_is_dropped_whole()
    {
        var bytes = RandomNumberGenerator.GetBytes(1_000);
        var location = await CreateAsync(bytes.Length);
        using var wrong = Request(HttpMethod.Patch, location, bytes[..400], offset: 0);
        wrong.Headers.TryAddWithoutValidation("Upload-Checksum", "sha256 " + Convert.ToBase64String(SHA256.HashData("x"u8)));
        using var right = Request(HttpMethod.Patch, location, bytes[..400], offset: 0);
        right.Headers.TryAddWithoutValidation("Upload-Checksum", "sha256 " + Convert.ToBase64String(SHA256.HashData(bytes[..400])));
        using var unknown = Request(HttpMethod.Patch, location, bytes[..400], offset: 0);
        unknown.Headers.TryAddWithoutValidation("Upload-Checksum", "crc32 AAAA");

        await ShowsProblem(await _node.Client.SendAsync(unknown), 400, "upload-malformed");
        await ShowsProblem(await _node.Client.SendAsync(wrong), 460, "upload-checksum");
        Assert.Equal(0, (await HeadAsync(location)).Offset);
        Assert.Equal(204, (int)(await _node.Client.SendAsync(right)).StatusCode);
        Assert.Equal(400, (await HeadAsync(location)).Offset);
    }

    [Fact]
    public async Task What_tus_forbids_is_refused()
    {
        var location = await CreateAsync(100);
        using var old = new HttpRequestMessage(HttpMethod.Head, location);
        using var noType = Request(HttpMethod.Patch, location, new byte[5], offset: 0);
        noType.Content!.Headers.ContentType = new("text/plain");
        using var noLength = Request(HttpMethod.Post, "/-/uploads");

        Assert.Equal(412, (int)(await _node.Client.SendAsync(old)).StatusCode);
        await ShowsProblem(await _node.Client.SendAsync(noType), 415, "upload-malformed");
        await ShowsProblem(await _node.Client.SendAsync(noLength), 400, "upload-malformed");
        await ShowsProblem(await PatchAsync(location, 7, new byte[5]), 409, "upload-offset");
        await ShowsProblem(await PatchAsync(location, 0, new byte[101]), 413, "body-too-large");
        Assert.Equal(204, (int)(await _node.Client.SendAsync(Request(HttpMethod.Delete, location))).StatusCode);
        Assert.Equal(404, (int)(await _node.Client.SendAsync(Request(HttpMethod.Head, location))).StatusCode);
        using var options = await _node.Client.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/-/uploads"));
        Assert.Contains("creation-with-upload", options.Headers.GetValues("Tus-Extension").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unfinished_uploads_are_bounded_and_expire()
    {
        await _node.DisposeAsync();
        await StartAsync(("Origin:Uploads:BytesMax", "1048576"), ("Origin:Uploads:Expiry", "00:00:01"));
        var location = await CreateAsync(1_000_000);
        using var second = Request(HttpMethod.Post, "/-/uploads");
        second.Headers.Add("Upload-Length", "100000");

        await ShowsProblem(await _node.Client.SendAsync(second), 507, "storage-full");
        await TestCluster.Becomes(() => _node.Node.Uploads.Find(location.Split('/')[^1]) is null, "expired");

        Assert.Equal(1, _node.Node.Uploads.RemoveExpired());
        Assert.Equal(1, _node.Metrics.UploadsExpired.Value);
        Assert.Equal(0, _node.Metrics.UploadsOpen.Value);
        await CreateAsync(100_000);
    }

    private async Task StartAsync(params (string, string)[] settings) => _node = await TestNode.StartAsync(
        _folder.Path, [("Origin:Uploads:FlushBytes", "65536"), .. settings]);

    private async Task<string> CreateAsync(long length)
    {
        using var request = Request(HttpMethod.Post, "/-/uploads");
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        using var response = await _node.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Single(response.Headers.GetValues("Upload-Expires"));
        return response.Headers.Location!.ToString();
    }

    private async Task<(long Offset, string? Digest)> HeadAsync(string location)
    {
        using var response = await _node.Client.SendAsync(Request(HttpMethod.Head, location));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (long.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture),
            response.Headers.TryGetValues("Flickr-Digest", out var digest) ? digest.Single() : null);
    }

    private Task<HttpResponseMessage> PatchAsync(string location, long offset, byte[] bytes) =>
        _node.Client.SendAsync(Request(HttpMethod.Patch, location, bytes, offset));

    /// <summary>A PATCH over a bare socket that is cut after some bytes; returns the bytes sent.</summary>
    private async Task<long> CutAsync(string location, byte[] bytes, long offset, int count)
    {
        count = (int)Math.Min(count, bytes.Length - offset - 1);
        if (count <= 0)
        {
            return 0;
        }
        var uri = new Uri(_node.Address);
        using (var socket = new TcpClient(uri.Host, uri.Port))
        {
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"PATCH {location} HTTP/1.1\r\nHost: {uri.Host}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
                + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {bytes.Length - offset}\r\n\r\n")));
            await stream.WriteAsync(bytes.AsMemory((int)offset, count));
            await stream.FlushAsync();
        }
        // The node notices the cut in its own time; until then the upload may be locked.
        var id = location.Split('/')[^1];
        await TestCluster.Becomes(() =>
        {
            var upload = _node.Node.Uploads.Find(id)!;
            if (!upload.TryLock())
            {
                return false;
            }
            upload.Unlock();
            return true;
        }, "the cut is noticed");
        return count;
    }

    private static HttpRequestMessage Request(HttpMethod method, string target, byte[]? bytes = null, long? offset = null)
    {
        var request = new HttpRequestMessage(method, target);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (bytes is not null)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new("application/offset+octet-stream");
        }
        if (offset is not null)
        {
            request.Headers.Add("Upload-Offset", offset.Value.ToString(CultureInfo.InvariantCulture));
        }
        return request;
    }
}
