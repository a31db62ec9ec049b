using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Flickr.ControlPlane.Audit;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

/// <summary>A head that was signed binds who signs.</summary>
public sealed class AuditHeadTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_log_that_was_written_anew_or_cut_off_does_not_reach_the_head_that_was_signed(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var database = plane.Services.GetRequiredService<Database>();
        for (var tag = 0; tag < 5; tag++)
        {
            await plane.InvalidateAsync("tag", $"t{tag}");
        }
        var head = (await plane.GetAsync("/v1/audit/head")).Deserialize<AuditHead>(JsonSerializerOptions.Web)!;
        Assert.True((await plane.GetAsync("/v1/audit/verify")).GetProperty("holds").GetBoolean());

        // Who owns the database changes a line and computes every hash after it, the state's too.
        await RewriteAsync(database, head.Sequence - 2, row => row with { Actor = "nobody" });
        var rewritten = await plane.GetAsync("/v1/audit/verify");
        await RewriteAsync(database, head.Sequence - 2, row => row with { Actor = "service" });
        var mended = await plane.GetAsync("/v1/audit/verify");
        await database.WriteAsync(session => session.ExecuteAsync(
            """
            UPDATE audit_state SET sequence = @last, hash = (SELECT hash FROM audit WHERE sequence = @last) WHERE id = 1
            """, new { last = head.Sequence - 1 }));
        await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM audit WHERE sequence = @Sequence", head));
        var cut = await plane.GetAsync("/v1/audit/verify");

        Assert.Equal(head.Sequence, rewritten.GetProperty("firstBreak").GetInt64());
        Assert.True(mended.GetProperty("holds").GetBoolean());
        Assert.False(cut.GetProperty("holds").GetBoolean());
        Assert.Equal(head.Sequence, cut.GetProperty("firstBreak").GetInt64());
    }

    [Fact]
    public async Task A_head_is_the_authoritys_and_no_number_of_it_can_be_changed()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var head = (await plane.GetAsync("/v1/audit/head")).Deserialize<AuditHead>(JsonSerializerOptions.Web)!;
        using var client = plane.Client("");
        using var authority = X509Certificate2.CreateFromPem(await client.GetStringAsync("/v1/members/authority"));
        using var key = authority.GetECDsaPublicKey()!;

        Assert.True(head.IsSignedBy(key));
        Assert.False((head with { Sequence = head.Sequence + 1 }).IsSignedBy(key));
        Assert.False((head with { Hash = head.Hash[..^1] + (head.Hash[^1] == '0' ? '1' : '0') }).IsSignedBy(key));
        Assert.False((head with { AtMs = head.AtMs + 1 }).IsSignedBy(key));
        Assert.False((head with { Signature = "" }).IsSignedBy(key));
        Assert.False((head with { Signature = "not base64url" }).IsSignedBy(key));
    }

    private static Task RewriteAsync(Database database, long from, Func<AuditRow, AuditRow> change) =>
        database.WriteAsync(async session =>
        {
            var rows = await session.QueryAsync<AuditRow>(
                "SELECT sequence, at_ms AS AtMs, actor, action, detail, hash FROM audit WHERE sequence >= @before ORDER BY sequence",
                new { before = from - 1 });
            var previous = rows[0].Hash;
            foreach (var row in rows.Skip(1))
            {
                var changed = row.Sequence == from ? change(row) : row;
                changed = changed with { Hash = changed.HashAfter(previous) };
                await session.ExecuteAsync("UPDATE audit SET actor = @Actor, hash = @Hash WHERE sequence = @Sequence", changed);
                previous = changed.Hash;
            }
            await session.ExecuteAsync("UPDATE audit_state SET hash = @previous WHERE id = 1", new { previous });
        });
}
