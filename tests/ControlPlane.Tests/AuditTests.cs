using System.Text.Json;
using Flickr.ControlPlane.Audit;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

public sealed class AuditTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_changed_a_missing_and_a_cut_off_line_are_found(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var database = plane.Services.GetRequiredService<Database>();
        for (var tag = 0; tag < 5; tag++)
        {
            await plane.InvalidateAsync("tag", $"t{tag}");
        }
        var whole = await plane.GetAsync("/v1/audit/verify");
        var count = whole.GetProperty("count").GetInt64();
        Assert.True(whole.GetProperty("holds").GetBoolean());

        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE audit SET detail = replace(detail, 'value=t2', 'value=t9') WHERE detail LIKE '%value=t2 %'"));
        var changed = await plane.GetAsync("/v1/audit/verify");
        await database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE audit SET detail = replace(detail, 'value=t9', 'value=t2') WHERE detail LIKE '%value=t9 %'"));
        var mended = await plane.GetAsync("/v1/audit/verify");
        await database.WriteAsync(session =>
            session.ExecuteAsync("DELETE FROM audit WHERE sequence = @count", new { count }));
        var cut = await plane.GetAsync("/v1/audit/verify");
        await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM audit WHERE sequence = 2"));
        var missing = await plane.GetAsync("/v1/audit/verify");

        Assert.Equal(count - 2, changed.GetProperty("firstBreak").GetInt64());
        Assert.True(mended.GetProperty("holds").GetBoolean());
        Assert.Equal(count, cut.GetProperty("firstBreak").GetInt64());
        Assert.Equal(2, missing.GetProperty("firstBreak").GetInt64());
    }

    [Fact]
    public async Task An_export_is_checked_by_itself_and_holds_deeds_and_reads_but_no_material()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var mint = await plane.GetAsync("/v1/keys/mint", StartedControlPlane.ServiceKey);
        await plane.InvalidateAsync("owner", "alice", epoch: 2);

        var export = await plane.GetAsync("/v1/audit?limit=1000");
        var rows = export.GetProperty("rows").Deserialize<AuditRow[]>(JsonSerializerOptions.Web)!;

        Assert.Null(AuditChain.FirstBreak(rows));
        Assert.Contains(rows, row => row.Action == "read-mint-keys");
        Assert.Contains(rows, row => row is { Action: "invalidate", Actor: "service" });
        Assert.Contains(rows, row => row.Action == "key-state");
        foreach (var key in mint.GetProperty("keys").EnumerateArray())
        {
            var material = key.TryGetProperty("d", out var d) ? d.GetString()!
                : key.GetProperty("secret").GetString()!;
            Assert.DoesNotContain(material, export.GetRawText(), StringComparison.Ordinal);
        }
        for (var index = 0; index < rows.Length; index++)
        {
            var flipped = rows.ToArray();
            flipped[index] = flipped[index] with { AtMs = flipped[index].AtMs ^ 1 };
            Assert.Equal(index + 1, AuditChain.FirstBreak(flipped));
        }
    }
}
