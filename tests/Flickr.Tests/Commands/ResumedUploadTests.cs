using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Tests.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Flickr.Tests.Commands;

/// <summary>Large files against a server that cuts the line.</summary>
public sealed class ResumedUploadTests
{
    private const int Length = 20_000_000;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_large_file_goes_on_where_it_was_cut_in_this_run_and_in_the_next(bool isAnotherRun)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[Length];
        new Random(1).NextBytes(bytes);
        var file = folder.Write("large.jpg", bytes);
        var parts = new CutParts { FailsAfterCut = isAnotherRun };
        await using var server = await FakeServer.StartAsync((app, _) => parts.Map(app));

        var (code, output, error) = await server.RunAsync(folder, "upload", file, "--album", "nature", "--json");
        if (isAnotherRun)
        {
            Assert.Equal(1, code);
            (code, output, error) = await server.RunAsync(folder, "upload", file, "--album", "nature", "--json");
        }

        Assert.True(code == 0, output + error);
        Assert.Equal(2, parts.Starts.Count);
        Assert.Equal(0, parts.Starts[0]);
        Assert.InRange(parts.Starts[1], Length / 3, Length - 1);
        Assert.Equal(bytes, parts.Got.ToArray());
        Assert.Equal(1, server.Requests.Count(request => request.Line.StartsWith("POST /api/v1/tus", StringComparison.Ordinal)));
        using var report = JsonDocument.Parse(output);
        Assert.Equal("published", report.RootElement.GetProperty("files")[0].GetProperty("state").GetString());
        Assert.Empty(Directory.EnumerateFiles(folder.At("config", "flickr", "uploads")));
    }

    [Fact]
    public async Task A_server_without_parts_gets_the_whole_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("large.jpg", new byte[Length]);
        await using var server = await FakeServer.StartAsync((app, _) => app.MapPost("/api/v1/uploads",
            async (HttpContext context) =>
            {
                var digest = await FakeServer.DigestOfBodyAsync(context);
                return Results.Json(new { id = "1", state = "queued", digest }, statusCode: 202);
            }));

        var (code, output, error) = await server.RunAsync(folder, "upload", file, "--album", "nature", "--no-wait");

        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task A_link_to_a_new_password_is_printed()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) => app.MapPost("/api/v1/operator/users/alice/reset",
            () => Results.Json(new { url = "https://photos.test/reset/abc", expiresMs = 1 })));

        var (code, output, error) = await Run.CommandAsync(folder, new Dictionary<string, string>
        {
            ["FLICKR_SERVER"] = server.Address.ToString(),
            ["FLICKR_OPERATOR_KEY"] = "op",
        }, "user", "reset", "alice");

        Assert.True(code == 0, error);
        Assert.Equal("https://photos.test/reset/abc", output.Trim());
        Assert.Equal("Bearer op", server.Requests.Single().Authorization);
    }

    /// <summary>One upload in parts whose line is cut once, after a third.</summary>
    private sealed class CutParts
    {
        private bool _isCut;
        private bool _hasFailed;

        public MemoryStream Got { get; } = new();

        public List<long> Starts { get; } = [];

        /// <summary>After the cut one part is answered 500, which ends a run.</summary>
        public bool FailsAfterCut { get; init; }

        public void Map(WebApplication app)
        {
            app.MapPost("/api/v1/tus", (HttpContext context) =>
            {
                context.Response.Headers.Location = "/api/v1/tus/7";
                return Results.StatusCode(201);
            });
            app.MapMethods("/api/v1/tus/7", ["HEAD"], (HttpContext context) =>
            {
                context.Response.Headers["Upload-Offset"] = Got.Length.ToString(CultureInfo.InvariantCulture);
                return Results.Ok();
            });
            app.MapMethods("/api/v1/tus/7", ["PATCH"], (Delegate)AppendAsync); // as a RequestDelegate its result would be dropped
            app.MapGet("/api/v1/uploads/{id}", (string id) => Results.Json(new
            {
                id,
                state = "published",
                photoId = "p1",
                digest = Convert.ToHexStringLower(SHA256.HashData(Got.ToArray())),
            }));
        }

        private async Task<IResult> AppendAsync(HttpContext context)
        {
            if (FailsAfterCut && _isCut && !_hasFailed)
            {
                _hasFailed = true;
                return Results.StatusCode(500);
            }
            Starts.Add(long.Parse(context.Request.Headers["Upload-Offset"].ToString(), CultureInfo.InvariantCulture));
            var piece = new byte[64 << 10];
            int read;
            while ((read = await context.Request.Body.ReadAsync(piece)) > 0)
            {
                Got.Write(piece, 0, read);
                if (!_isCut && Got.Length > Length / 3)
                {
                    _isCut = true;
                    context.Abort();
                    return Results.Empty;
                }
            }
            context.Response.Headers["Upload-Offset"] = Got.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Flickr-Upload"] = "up-1";
            return Results.StatusCode(204);
        }
    }
}
