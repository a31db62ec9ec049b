using System.CommandLine;
using Flickr.Commands;
using Flickr.Tests.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Flickr.Tests.Commands;

/// <summary>
/// What holds for every command: help with an example, exit codes, where keys come from and where they go.
/// </summary>
public sealed class CommandLineTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    public static TheoryData<string> EveryCommand()
    {
        var data = new TheoryData<string>();
        foreach (var path in Leaves(
            CommandLine.Root(Terminal.Over(TextReader.Null, TextWriter.Null, TextWriter.Null)), ""))
        {
            data.Add(path);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Every_command_has_help_with_an_example_of_itself(string path)
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) =
            await Run.CommandAsync(folder, NoEnvironment, [.. path.Split(' '), "--help"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("--json", output, StringComparison.Ordinal);
        var example = output[output.IndexOf("Example:", StringComparison.Ordinal)..];
        Assert.Contains("flickr " + path, example, StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_of_the_contract_are_there()
    {
        string[] contract =
        [
            "up", "user add", "login", "upload", "list", "download", "token mint", "token verify",
                "token explain", "purge url", "purge tag",
            "purge prefix", "purge owner", "purge host", "purge all", "keys list",
        ];

        Assert.Superset(contract.ToHashSet(), EveryCommand().Select(row => row.Data).ToHashSet());
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("purge")]
    [InlineData("upload", "--no-such-option")]
    [InlineData("keys", "rotate", "ROT13")]
    [InlineData("list", "--server", "ftp://x")]
    public async Task Wrong_use_is_code_2_with_a_line_that_says_how(params string[] arguments)
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = await Run.CommandAsync(folder, NoEnvironment, arguments);

        Assert.Equal(2, code);
        Assert.StartsWith("flickr: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_line_and_code_1()
    {
        using var folder = new TemporaryFolder();
        var environment =
            new Dictionary<string, string> { ["FLICKR_SERVER"] = "http://127.0.0.1:1", ["FLICKR_KEY"] = "k" };

        var (code, _, error) = await Run.CommandAsync(folder, environment, "list");

        Assert.Equal(1, code);
        Assert.Contains("cannot reach the server", Assert.Single(error.TrimEnd().Split('\n')),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_keeps_a_key_that_later_commands_use_and_only_its_owner_can_read()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
        {
            app.MapPost("/api/v1/keys", () => Results.Json(new { key = "made-key" }, statusCode: 201));
            app.MapGet("/api/v1/me", () =>
                Results.Json(new { id = "01A", name = "alice", visibility = "private" }));
            app.MapGet("/api/v1/albums", () =>
                Results.Json(new { albums = new[] { new { name = "nature", count = 3 } } }));
        });
        var address = server.Address.ToString();

        var (code, _, error) = await Run.CommandAsync(folder, "secret password\n", NoEnvironment, "login",
            "--server", address, "--name", "alice", "--password-stdin");
        var (listed, output, _) = await Run.CommandAsync(folder, NoEnvironment, "list");

        Assert.Equal((0, "", 0), (code, error, listed));
        Assert.Equal("nature\t3\t\n", output);
        Assert.Equal("Bearer made-key", server.Requests.Last().Authorization);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(folder.At("config", "flickr", "credentials.json")));
    }

    [Fact]
    public async Task A_kept_key_is_never_sent_to_another_server()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapGet("/api/v1/me", () =>
            Results.Json(new { id = "01A", name = "alice", visibility = "private" })));
        await using var other = await FakeServer.StartAsync((_, _) => { });
        await Run.CommandAsync(folder, NoEnvironment, "login", "--server", server.Address.ToString(),
            "--key", "kept-key");

        var (code, _, error) =
            await Run.CommandAsync(folder, NoEnvironment, "list", "--server", other.Address.ToString());

        Assert.Equal(2, code);
        Assert.Contains("no key for", error, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_redirect_takes_no_key_along()
    {
        using var folder = new TemporaryFolder();
        await using var other = await FakeServer.StartAsync((_, _) => { });
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapGet("/api/v1/albums", () =>
            Results.Redirect(new Uri(other.Address, "/api/v1/albums").ToString())));

        var (code, _, error) = await server.RunAsync(folder, "list");

        Assert.Equal(1, code);
        Assert.Contains("redirects to", error, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Text_from_a_server_cannot_drive_the_terminal()
    {
        using var folder = new TemporaryFolder();
        await using var server = await FakeServer.StartAsync((app, _) =>
            app.MapGet("/api/v1/albums", () =>
                Results.Json(new { albums = new[] { new { name = "a\u001b[2Jb\nc", count = 1 } } })));

        var (_, output, _) = await server.RunAsync(folder, "list");

        Assert.DoesNotContain('\u001b', output);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_purge_waits_for_receipts_and_says_when_an_edge_has_not_answered()
    {
        using var folder = new TemporaryFolder();
        var state = "confirmed";
        await using var server = await FakeServer.StartAsync((app, fake) =>
        {
            app.MapGet("/api/v1/server", () =>
                Results.Json(new { version = "0.1.0", edge = "http://127.0.0.1:1",
                controlPlane = fake.Address.ToString() }));
            app.MapPost("/v1/invalidations", () =>
                Results.Json(new { receipt = "r1", sequence = 7, state,
                edges = new[] { new { id = "edge-1", acknowledgedMs = 1_700_000_000_000 } } },
                statusCode: 202));
        });

        var (code, output, _) =
            await server.RunAsync(folder, "purge", "prefix", "/alice/nature/", "--wait", "5");
        state = "pending";
        var (pending, _, _) = await server.RunAsync(folder, "purge", "all", "--wait", "1");

        Assert.Equal((0, 1), (code, pending));
        Assert.Contains("sequence 7", output, StringComparison.Ordinal);
        Assert.Contains("2023-11-14T22:13:20.000Z", output, StringComparison.Ordinal);
        Assert.Contains(server.Requests, request => request.Line == "POST /v1/invalidations?wait=5000");
    }

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path.Trim()]
        : command.Subcommands.SelectMany(inner => Leaves(inner, path + " " + inner.Name));
}
