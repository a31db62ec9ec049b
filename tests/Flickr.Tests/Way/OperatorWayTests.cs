using System.Text.Json;
using Flickr.Tests.Client;
using Microsoft.Data.Sqlite;

namespace Flickr.Tests.Way;

/// <summary>What only operators do, by the command against the real system.</summary>
[Trait("Requirement", "R116")]
public sealed class OperatorWayTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    [Fact]
    public async Task A_node_is_invited_listed_by_nobody_before_it_joins_and_a_stranger_is_not_removed()
    {
        using var folder = new TemporaryFolder();

        var invited = await RunAsync(folder, "nodes", "invite", "--role", "edge", "--name", "edge-9", "--json");
        var wrong = await RunAsync(folder, "nodes", "invite", "--role", "king");
        var removed = await RunAsync(folder, "nodes", "remove", "nobody");
        var derived = await RunAsync(folder, "keys", "derive", "edge.example", "/alice/nature/");

        Assert.Equal((0, ""), (invited.ExitCode, invited.Error));
        using var answer = JsonDocument.Parse(invited.Out);
        Assert.Matches("^FLKJ-[0-9a-f]{64}-[a-z0-9]+\\.[A-Za-z0-9_-]{43}$", answer.RootElement.GetProperty("token").GetString());
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.NotEqual(0, removed.ExitCode);
        Assert.Matches("^hs-[a-z0-9]+~2 [A-Za-z0-9_-]{43}\n$", derived.Out);
    }

    [Fact]
    public async Task Who_has_verified_the_audit_log_once_finds_its_end_cut_off_with_every_trace()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder, "purge", "tag", "one");
        var whole = await RunAsync(folder, "audit", "verify");
        var again = await RunAsync(folder, "audit", "verify");

        await using (var database = new SqliteConnection(
            $"Data Source={Path.Combine(system.Up.DataDirectory, "control-plane", "control-plane.db")}"))
        {
            await database.OpenAsync();
            await using var cut = database.CreateCommand();
            // The table, the state and every head that the control plane kept: nothing here remembers.
            cut.CommandText =
                """
                DELETE FROM audit WHERE sequence > 3;
                UPDATE audit_state SET sequence = 3, hash = (SELECT hash FROM audit WHERE sequence = 3);
                DELETE FROM audit_head;
                """;
            await cut.ExecuteNonQueryAsync();
        }
        var after = await RunAsync(folder, "audit", "verify");
        using var other = new TemporaryFolder();
        var stranger = await RunAsync(other, "audit", "verify");

        Assert.Equal((0, 0), (whole.ExitCode, again.ExitCode));
        Assert.Contains("signed up to", whole.Out, StringComparison.Ordinal);
        Assert.Equal(1, after.ExitCode);
        Assert.StartsWith("NOT whole: line", after.Out, StringComparison.Ordinal);
        Assert.Equal(0, stranger.ExitCode); // who looks for the first time cannot know
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(TemporaryFolder folder, params string[] arguments) =>
        Run.CommandAsync(folder, new Dictionary<string, string>
        {
            ["FLICKR_CONTROL_PLANE"] = system.Up.ControlPlane.ToString(),
            ["FLICKR_OPERATOR_KEY"] = system.Up.Secret("operator"),
        }, arguments);
}
