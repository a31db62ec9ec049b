using Flickr.ControlPlane;
using Flickr.Move;
using Flickr.Photos;
using Flickr.Postgres;
using Flickr.Sql;

namespace Flickr.Tests.Move;

/// <summary>SQLite to PostgreSQL: every row arrives, or nothing does.</summary>
[Trait("Requirement", "R124")]
public sealed class TableMoveTests
{
    [Fact]
    public async Task Every_row_of_photos_arrives_with_the_same_hash_and_a_second_move_is_refused()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        using var folder = new TemporaryFolder();
        await using var source = Database.Open($"Data Source={folder.At("photos.db")}", TimeProvider.System);
        await using var target = Database.Open(await PostgresServer.NewDatabaseAsync(), TimeProvider.System);
        await Migrations.ApplyAsync(source, typeof(PhotosProgram).Assembly);
        await Migrations.ApplyAsync(target, typeof(PhotosProgram).Assembly);
        await using var fresh = Database.Open($"Data Source={folder.At("fresh.db")}", TimeProvider.System);
        await Migrations.ApplyAsync(fresh, typeof(PhotosProgram).Assembly);
        await source.WriteAsync(async session =>
        {
            for (var number = 0; number < 1200; number++)
            {
                await session.ExecuteAsync(
                    """
                    INSERT INTO account (id, name, password_hash, visibility, epoch, stamp, created_ms)
                    VALUES (@id, @name, @hash, 'private', @number, 's;1:x', 1700000000000)
                    """, new { id = $"a{number}", name = $"ユーザ {number}", hash = number % 2 == 0 ? null : "h", number = (long)number });
            }
        });

        var moved = await new TableMove(source, target, fresh).RunAsync(CancellationToken.None);
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new TableMove(source, target, fresh).RunAsync(CancellationToken.None));

        Assert.Equal(1200, moved.Single(table => table.Table == "account").Rows);
        Assert.Equal(1200, await target.ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM account")));
        Assert.Equal(600, await target.ReadAsync(session =>
            session.ScalarAsync<long>("SELECT COUNT(*) FROM account WHERE password_hash IS NULL")));
        Assert.Contains("not empty", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_and_the_audit_of_the_control_plane_arrive_too()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
        using var folder = new TemporaryFolder();
        await using var source = Database.Open($"Data Source={folder.At("control-plane.db")}", TimeProvider.System);
        await using var target = Database.Open(await PostgresServer.NewDatabaseAsync(), TimeProvider.System);
        await Migrations.ApplyAsync(source, typeof(ControlPlaneProgram).Assembly);
        await Migrations.ApplyAsync(target, typeof(ControlPlaneProgram).Assembly);
        await using var fresh = Database.Open($"Data Source={folder.At("fresh.db")}", TimeProvider.System);
        await Migrations.ApplyAsync(fresh, typeof(ControlPlaneProgram).Assembly);
        await source.WriteAsync(session => session.ExecuteAsync(
            "INSERT INTO audit (sequence, at_ms, actor, action, detail, hash) VALUES (1, 2, 'a', 'b', 'c', 'd')"));

        var moved = await new TableMove(source, target, fresh).RunAsync(CancellationToken.None);

        Assert.Equal(1, moved.Single(table => table.Table == "audit").Rows);
        Assert.Equal("d", await target.ReadAsync(session => session.ScalarAsync<string>("SELECT hash FROM audit")));
    }
}
