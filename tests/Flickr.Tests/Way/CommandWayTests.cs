using System.Text.Json;
using Flickr.Tests.Client;

namespace Flickr.Tests.Way;

/// <summary>The command against the real system.</summary>
[Trait("Requirement", "R018")]
public sealed class CommandWayTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    [Fact]
    public async Task A_user_is_added_signs_in_uploads_lists_and_downloads_what_was_sent()
    {
        using var folder = new TemporaryFolder();
        var server = system.Up.Photos.ToString();
        var asOperator = new Dictionary<string, string> { ["FLICKR_SERVER"] = server,
            ["FLICKR_OPERATOR_KEY"] = system.Up.Secret("operator") };
        var none = new Dictionary<string, string>();
        var first = folder.Write("from/cat.png", Samples.Read("photos/chelsea.png"));
        folder.Write("from/below/rocket.jpg", Samples.Read("photos/rocket.jpg"));

        var added = await Run.CommandAsync(folder, "long enough password\n", asOperator, "user", "add",
            "carol", "--password-stdin");
        var login = await Run.CommandAsync(folder, "long enough password\n", none, "login", "--server",
            server, "--name", "carol", "--password-stdin");
        var upload = await Run.CommandAsync(folder, none, "upload", first, folder.At("from", "below"),
            "--album", "nature", "--json");
        var list = await Run.CommandAsync(folder, none, "list", "nature");
        var download = await Run.CommandAsync(folder, none, "download", "nature", "--to", folder.At("to"));

        Assert.Equal((0, 0, 0, 0, 0),
            (added.ExitCode, login.ExitCode, upload.ExitCode, list.ExitCode, download.ExitCode));
        using var report = JsonDocument.Parse(upload.Out);
        Assert.Equal(2, report.RootElement.GetProperty("published").GetInt32());
        Assert.Equal(2, list.Out.Trim().Split('\n').Length);
        Assert.Equal(Samples.Read("photos/chelsea.png"),
            await File.ReadAllBytesAsync(folder.At("to", "cat.png")));
        Assert.Equal(Samples.Read("photos/rocket.jpg"),
            await File.ReadAllBytesAsync(folder.At("to", "rocket.jpg")));
    }

    [Fact]
    public async Task A_bad_file_among_good_ones_fails_the_upload_with_its_name_and_the_reason()
    {
        using var folder = new TemporaryFolder();
        using var alice = await system.PersonAsync();
        var environment = new Dictionary<string, string> { ["FLICKR_SERVER"] = system.Up.Photos.ToString(),
            ["FLICKR_KEY"] = alice.Key };

        var (code, output, error) = await Run.CommandAsync(folder, environment, "upload",
            folder.Write("good.jpg", Photographs.Different("good")),
                folder.Write("bad.jpg", "plain text, and quite long enough to look at"u8.ToArray()),
            folder.Write("cut.jpg", Samples.Read("derived/baseline-truncated.jpg")), "--album", "mixed");

        Assert.Equal(1, code);
        Assert.Contains("bad.jpg: ", error, StringComparison.Ordinal);
        Assert.Contains("cut.jpg: ", error, StringComparison.Ordinal);
        Assert.Contains("1 published, 2 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_purges_with_a_receipt_lists_keys_and_nodes_and_verifies_the_audit()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["FLICKR_SERVER"] = system.Up.Photos.ToString(),
            ["FLICKR_OPERATOR_KEY"] = system.Up.Secret("operator") };

        var purge = await Run.CommandAsync(folder, environment, "purge", "prefix", "/nobody/nothing/",
            "--wait", "10", "--json");
        var keys = await Run.CommandAsync(folder, environment, "keys", "list");
        var nodes = await Run.CommandAsync(folder, environment, "nodes");
        var audit = await Run.CommandAsync(folder, environment, "audit", "verify");

        var edgeAdmin = system.Up.Admin(1).ToString();
        var why = await Run.CommandAsync(folder, environment, "edge", "why",
            new Uri(system.Up.Edge, "/nobody/nothing/hd/x.jpg").ToString(), "--admin", edgeAdmin);
        var log = await Run.CommandAsync(folder, environment, "edge", "log", "--admin", edgeAdmin, "--json");
        var node = await Run.CommandAsync(folder, environment, "origin", "node", "--admin",
            system.Up.Admin(10).ToString());

        Assert.Equal((0, 0, 0, 0), (purge.ExitCode, keys.ExitCode, nodes.ExitCode, audit.ExitCode));
        Assert.Equal((0, 0, 0), (why.ExitCode, log.ExitCode, node.ExitCode));
        Assert.Contains("origin-1", node.Out, StringComparison.Ordinal);
        Assert.NotEmpty(why.Out);
        using var receipt = JsonDocument.Parse(purge.Out);
        Assert.Equal("confirmed", receipt.RootElement.GetProperty("state").GetString());
        Assert.Contains("active", keys.Out, StringComparison.Ordinal);
        Assert.Contains("live", nodes.Out, StringComparison.Ordinal);
        Assert.StartsWith("whole: ", audit.Out, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R116")]
    public async Task A_minted_address_is_valid_explains_itself_and_opens_the_photo_on_the_edge()
    {
        using var folder = new TemporaryFolder();
        using var alice = await system.PersonAsync();
        await alice.PublishAsync("nature", "a.jpg", Photographs.Different("mint"));
        var me = await alice.GetAsync("/api/v1/me");
        var path = new Uri((await alice.PageAsync("nature")).GetProperty("items")[0].GetProperty("hd")
            .GetProperty("url").GetString()!).AbsolutePath;
        var environment = new Dictionary<string, string>
        {
            ["FLICKR_SERVER"] = system.Up.Photos.ToString(),
            ["FLICKR_SERVICE_KEY"] = system.Up.Secret("service"),
            ["FLICKR_EDGE_KEY"] = system.Up.Secret("edge"),
        };
        foreach (var form in (string[])["jwt", "fs1"])
        {
            var minted =
                await Run.CommandAsync(folder, environment, "token", "mint", path, "--owner", alice.Id,
                "--epoch", me.GetProperty("epoch").ToString(), "--form", form);
            Assert.Equal((0, ""), (minted.ExitCode, minted.Error));
            var address = minted.Out.Trim();

            var verified = await Run.CommandAsync(folder, environment, "token", "verify", address);
            var explained = await Run.CommandAsync(folder, new Dictionary<string, string>(), "token",
                "explain", address, "--json");
            var broken = await Run.CommandAsync(folder, environment, "token", "verify",
                address[..^2] + (address[^2] == 'A' ? "B" : "A") + address[^1]);

            Assert.Equal((0, 0, 1), (verified.ExitCode, explained.ExitCode, broken.ExitCode));
            Assert.StartsWith("valid: ", verified.Out, StringComparison.Ordinal);
            using var browser = new HttpClient();
            using var answer = await browser.GetAsync(address);
            Assert.True(answer.IsSuccessStatusCode,
                $"{form}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
