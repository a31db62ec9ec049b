using System.Text.Json;
using Flickr.Tests.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Flickr.Tests.Commands;

/// <summary><c>flickr upload</c> against a server that is busy, cuts, lies or refuses.</summary>
[Trait("Requirement", "R027")]
public sealed class UploadCommandTests
{
    private static IResult Accepted(string id, string digest) =>
        Results.Json(new { id, state = "queued", digest, queuePosition = 1 }, statusCode: 202);

    [Fact]
    public async Task Files_are_sent_one_after_another_and_followed_until_published()
    {
        using var folder = new TemporaryFolder();
        var (inFlight, inFlightMax) = (0, 0);
        await using var server = await FakeServer.StartAsync((app, _) =>
        {
            app.MapPost("/api/v1/uploads", async (HttpContext context) =>
            {
                inFlightMax = Math.Max(inFlightMax, Interlocked.Increment(ref inFlight));
                var digest = await FakeServer.DigestOfBodyAsync(context);
                Interlocked.Decrement(ref inFlight);
                return Accepted(context.Request.Query["name"]!, digest);
            });
            app.MapGet("/api/v1/uploads/{id}", (string id) =>
                Results.Json(new { id, state = "published", photoId = "photo-" + id }));
        });
        var first = folder.Write("photos/a.jpg", [1, 2, 3]);
        folder.Write("photos/below/b.png", [4, 5]);
        folder.Write("photos/below/notes.txt", [6]);

        var (code, output, _) = await server.RunAsync(folder, "upload", first, folder.At("photos", "below"),
            "--album", "nature", "--json");

        Assert.Equal(0, code);
        using var report = JsonDocument.Parse(output);
        Assert.Equal((2, 0),
            (report.RootElement.GetProperty("published").GetInt32(), report.RootElement.GetProperty("failed")
            .GetInt32()));
        Assert.Equal(["a.jpg", "b.png"], report.RootElement.GetProperty("files").EnumerateArray()
            .Select(file => file.GetProperty("name").GetString()));
        Assert.Equal(1, inFlightMax);
        Assert.All(server.Requests, request => Assert.Equal("Bearer key-of-alice", request.Authorization));
    }

    [Fact]
    public async Task A_busy_server_is_waited_for_as_long_as_it_asks_and_the_retry_is_the_same_request()
    {
        using var folder = new TemporaryFolder();
        var tries = 0;
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapPost("/api/v1/uploads", async (HttpContext context) =>
        {
            if (Interlocked.Increment(ref tries) < 3)
            {
                await FakeServer.ProblemAsync(context, tries == 1 ? 429
                    : 503, "too-many-uploads", "one at a time", retryAfter: 0);
                return Results.Empty;
            }
            var digest = await FakeServer.DigestOfBodyAsync(context);
            return Results.Json(new { id = "u", state = "published", digest });
        }));

        var (code, output, error) = await server.RunAsync(folder, "upload",
            folder.Write("a.jpg", new byte[300_000]), "--album", "nature");

        Assert.Equal((0, 3), (code, tries));
        Assert.Contains("trying again", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Fact]
    public async Task A_server_that_received_other_bytes_is_a_failure()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapPost("/api/v1/uploads", async (HttpContext context) =>
        {
            await FakeServer.DigestOfBodyAsync(context);
            return Results.Json(new { id = "u", state = "published", digest = new string('0', 64) });
        }));

        var (code, output, error) =
            await server.RunAsync(folder, "upload", folder.Write("a.jpg", [1]), "--album", "nature");

        Assert.Equal(1, code);
        Assert.Contains("other bytes", error, StringComparison.Ordinal);
        Assert.Contains("0 published, 1 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_refused_file_fails_the_command_but_not_the_others()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapPost("/api/v1/uploads", async (HttpContext context) =>
        {
            if (context.Request.Query["name"] == "b.jpg")
            {
                await FakeServer.ProblemAsync(context, 415, "not-a-photo", "the file is no JPEG");
                return Results.Empty;
            }
            return Results.Json(new { id = "u", state = "published",
                digest = await FakeServer.DigestOfBodyAsync(context) });
        }));

        var (code, output, error) = await server.RunAsync(folder, "upload",
            folder.Write("a.jpg", [1]), folder.Write("b.jpg", [2]), folder.Write("c.jpg", [3]), "--album",
                "nature");

        Assert.Equal(1, code);
        Assert.Contains("b.jpg: not-a-photo: the file is no JPEG (415 not-a-photo)", error,
            StringComparison.Ordinal);
        Assert.Contains("2 published, 1 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_fails_on_the_way_says_why()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
        {
            app.MapPost("/api/v1/uploads", async (HttpContext context) =>
            {
                var digest = await FakeServer.DigestOfBodyAsync(context);
                return Accepted("u", digest);
            });
            app.MapGet("/api/v1/uploads/u", () => Results.Json(new
            {
                id = "u",
                state = "failed",
                problem = new { type = "urn:flickr:problem:broken-image", title = "The picture is cut off" },
            }));
        });

        var (code, _, error) =
            await server.RunAsync(folder, "upload", folder.Write("a.jpg", [1]), "--album", "nature");

        Assert.Equal(1, code);
        Assert.True(error.Contains("a.jpg: The picture is cut off", StringComparison.Ordinal), error);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("upload", "a.jpg")]
    [InlineData("upload", "/no/such/file.jpg", "--album", "nature")]
    public async Task A_wrong_use_is_code_2_and_sends_nothing(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((_, _) => { });

        var (code, _, error) = await server.RunAsync(folder, arguments);

        Assert.Equal(2, code);
        Assert.StartsWith("flickr: ", error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }
}
