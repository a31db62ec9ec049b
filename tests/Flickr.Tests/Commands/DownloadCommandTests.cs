using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Tests.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Flickr.Tests.Commands;

/// <summary>
/// <c>flickr download</c> against edges that cut, change and lie, and names that try to leave the folder.
/// </summary>
[Trait("Requirement", "R018")]
public sealed class DownloadCommandTests
{
    private static readonly byte[] Photo = RandomNumberGenerator.GetBytes(700_001);

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Task<FakeServer> ServerAsync(string name, RequestDelegate original,
        string? digest = null) => FakeServer.StartAsync((app, server) =>
    {
        app.MapGet("/api/v1/albums/nature/photos", () =>
            Results.Json(new { owner = "alice", album = "nature",
            items = new[] { new { id = "p1", name, state = "published" } } }));
        app.MapPost("/api/v1/photos/p1/original", () =>
            Results.Json(new { url = new Uri(server.Address, "/original").ToString(), digest = digest
            ?? DigestOf(Photo), length = Photo.Length, name }));
        app.MapGet("/original", original);
    });

    private static Task RangedAsync(HttpContext context) =>
        Results.Bytes(Photo, "image/jpeg", enableRangeProcessing: true,
            entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{DigestOf(Photo)}\""))
            .ExecuteAsync(context);

    [Fact]
    public async Task An_original_arrives_with_the_right_bytes_and_a_second_run_fetches_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync("swans.jpg", RangedAsync);

        var (code, _, error) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));
        var (again, output, _) =
            await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"), "--json");

        Assert.Equal((0, 0, ""), (code, again, error));
        Assert.Equal(Photo, await File.ReadAllBytesAsync(folder.At("to", "swans.jpg")));
        Assert.Single(server.Requests, request => request.Line == "GET /original");
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("present").GetInt32());
        Assert.DoesNotContain(server.Requests, request => request.Line == "GET /original"
            && request.Authorization is not null);
    }

    [Fact]
    public async Task A_partial_file_is_continued_where_it_ends()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync("swans.jpg", RangedAsync);
        folder.Write("to/swans.jpg.part", Photo[..300_000]);

        var (code, _, _) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));

        Assert.Equal(0, code);
        Assert.Equal(Photo, await File.ReadAllBytesAsync(folder.At("to", "swans.jpg")));
        Assert.Equal("bytes=300000-",
            Assert.Single(server.Requests, request => request.Line == "GET /original").Range);
        Assert.False(File.Exists(folder.At("to", "swans.jpg.part")));
    }

    [Fact]
    public async Task A_connection_that_ends_early_is_continued()
    {
        using var folder = new TemporaryFolder();
        var tries = 0;
        await using var server = await ServerAsync("swans.jpg", async context =>
        {
            if (Interlocked.Increment(ref tries) == 1)
            {
                context.Response.ContentLength = Photo.Length;
                await context.Response.Body.WriteAsync(Photo.AsMemory(0, 400_000));
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }
            await RangedAsync(context);
        });

        var (code, _, _) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));

        Assert.Equal(0, code);
        Assert.Equal(Photo, await File.ReadAllBytesAsync(folder.At("to", "swans.jpg")));
    }

    [Fact]
    public async Task A_wrong_partial_file_never_becomes_the_photo()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync("swans.jpg", RangedAsync);
        folder.Write("to/swans.jpg.part", new byte[300_000]);

        var (code, _, error) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));
        var (again, _, _) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));

        Assert.Equal((1, 0), (code, again));
        Assert.Contains("the bytes are not the photo's", error, StringComparison.Ordinal);
        Assert.Equal(Photo, await File.ReadAllBytesAsync(folder.At("to", "swans.jpg")));
    }

    [Fact]
    public async Task Bytes_with_another_hash_are_refused_and_leave_no_file()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync("swans.jpg", RangedAsync, digest: new string('a', 64));

        var (code, _, error) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));

        Assert.Equal(1, code);
        Assert.Contains("the bytes are not the photo's", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.At("to")));
    }

    [Theory]
    [InlineData("../swans.jpg")]
    [InlineData("..")]
    [InlineData("/etc/swans.jpg")]
    [InlineData("a/../../swans.jpg")]
    [InlineData("..\\swans.jpg")]
    [InlineData("swans\0.jpg")]
    [InlineData("C:swans.jpg")]
    [InlineData("")]
    public async Task A_name_that_would_leave_the_folder_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync(name, RangedAsync);

        var (code, _, error) =
            await server.RunAsync(folder, "download", "nature", "--to", folder.At("inner", "to"));

        Assert.Equal(1, code);
        Assert.Contains("outside the folder", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_symbolic_link_in_the_folder_is_not_written_through()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerAsync("swans.jpg", RangedAsync);
        var outside = folder.Write("outside.txt", [1]);
        Directory.CreateDirectory(folder.At("to"));
        File.CreateSymbolicLink(folder.At("to", "swans.jpg.part"), outside);

        var (code, _, _) = await server.RunAsync(folder, "download", "nature", "--to", folder.At("to"));

        Assert.Equal(1, code);
        Assert.Equal([1], await File.ReadAllBytesAsync(outside));
    }
}
