using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.Sql;
using Flickr.Tokens;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.ControlPlane.Tests;

/// <summary>The schedule of keys under a clock of the test's own.</summary>
[Trait("Requirement", "R116")]
public sealed class KeyLifeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("flickr-keys").FullName;
    private Database _database = null!;
    private KeyLife _life = null!;
    private KeyVault _vault = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new ControlPlaneOptions { DataDirectory = _folder,
            Database = $"Data Source={_folder}/cp.db" };
        var keys = Options.Create(new KeyOptions());
        _database = Database.Open(options.Database, TimeProvider.System);
        await Migrations.ApplyAsync(_database, typeof(ControlPlaneProgram).Assembly);
        _vault = KeyVault.Of(options, keys.Value, TimeProvider.System);
        var audit = new AuditLog(_database, _time);
        var signals = new LogSignals(options, _database, NullLogger<LogSignals>.Instance,
            TimeProvider.System);
        _life = new KeyLife(_database, _vault, new InvalidationLog(_database, audit, _time), audit, signals,
            keys, _time);
        await _life.BeginAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _vault.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_key_mints_for_its_time_verifies_for_a_tokens_life_and_is_then_destroyed()
    {
        var first = await ActiveAsync();

        _time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        var dueBefore = await _life.IsDueAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        var dueThen = await _life.IsDueAsync(CancellationToken.None);
        await _life.AdvanceAsync(CancellationToken.None);
        var retiring = await FindAsync(first);
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(59));
        await _life.AdvanceAsync(CancellationToken.None);
        var stillThere = await FindAsync(first);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _life.AdvanceAsync(CancellationToken.None);
        var gone = await FindAsync(first);

        Assert.False(dueBefore);
        Assert.True(dueThen);
        Assert.NotEqual(first, await ActiveAsync());
        Assert.Equal(KeyState.Retiring, retiring.Life);
        Assert.Equal(KeyState.Retiring, stillThere.Life);
        Assert.Equal(KeyState.Destroyed, gone.Life);
        Assert.Null(gone.Sealed);
        Assert.False(await _life.IsDueAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(119, true)] // it may still serve private content to old tokens: the key waits for it
    [InlineData(121, false)] // it is past its bound: it verifies nothing that matters
    public async Task A_silent_edge_holds_a_rotation_up_only_within_its_bound(int silentSeconds, bool waits)
    {
        await _database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO edge (id, address, connection, joined_ms, lease_ms, acknowledged, acknowledged_ms, keys_version,
                bound_private_ms, bound_public_ms, cut_off_ms)
            VALUES ('edge', '', 'c', 0, @lease, 0, 0, 0, 120000, 300000, 86400000)
            """, new { lease = _time.GetUtcNow().ToUnixTimeMilliseconds() }));
        _time.Advance(TimeSpan.FromSeconds(silentSeconds));

        var key = await _life.RotateAsync(SigningAlgorithm.HS256, false, "test", CancellationToken.None);

        Assert.Equal(waits ? KeyState.PrePublished : KeyState.Active, key.Life);
        _time.Advance(TimeSpan.FromSeconds(2));
        await _life.AdvanceAsync(CancellationToken.None);
        Assert.Equal(KeyState.Active, (await FindAsync(key.Kid)).Life);
    }

    [Fact]
    public async Task A_hundred_rotations_leave_one_key_minting_and_one_spare()
    {
        for (var turn = 0; turn < 100; turn++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            await _life.RotateAsync(SigningAlgorithm.ES256, false, "test", CancellationToken.None);
        }
        var keys = (await _life.AllAsync(CancellationToken.None)).Where(key =>
            key.Algorithm == "ES256").ToList();

        Assert.Single(keys, key => key.Life == KeyState.Active);
        Assert.Single(keys, key => key.Life == KeyState.PrePublished);
        Assert.Equal(101, keys.Count(key => key.ActivatedMs > 0));
        Assert.All(keys.Where(key => key.Life == KeyState.Destroyed), key => Assert.Null(key.Sealed));
    }

    [Fact]
    public async Task A_scheduled_key_has_been_with_the_edges_for_ten_minutes_and_an_operators_waits_for_nothing_but_them()
    {
        var first = await ActiveAsync();
        _time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(9));
        var spare = await _life.RotateAsync(SigningAlgorithm.HS256, false, "test", CancellationToken.None);
        Assert.Equal(KeyState.Active, spare.Life); // at once, and a new spare is published now
        var young = (await _life.AllAsync(CancellationToken.None)).Single(key =>
            key.Algorithm == "HS256" && key.Life == KeyState.PrePublished);
        await _database.WriteAsync(session => session.ExecuteAsync(
            "UPDATE signing_key SET activated_ms = @long_ago WHERE kid = @Kid",
            new { long_ago = _time.GetUtcNow().AddDays(-8).ToUnixTimeMilliseconds(), spare.Kid }));

        await _life.AdvanceAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(9.9));
        var dueBefore = await _life.IsDueAsync(CancellationToken.None);
        await _life.AdvanceAsync(CancellationToken.None);
        var before = await ActiveAsync();
        _time.Advance(TimeSpan.FromMinutes(0.2));
        var dueThen = await _life.IsDueAsync(CancellationToken.None);
        await _life.AdvanceAsync(CancellationToken.None);

        Assert.NotEqual(first, spare.Kid);
        Assert.False(dueBefore);
        Assert.Equal(spare.Kid, before);
        Assert.True(dueThen);
        Assert.Equal(young.Kid, await ActiveAsync());
    }

    [Fact]
    public async Task An_operator_who_does_not_wait_for_a_silent_edge_is_obeyed_and_named_in_the_audit_log()
    {
        await _database.WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO edge (id, address, connection, joined_ms, lease_ms, acknowledged, acknowledged_ms, keys_version,
                bound_private_ms, bound_public_ms, cut_off_ms)
            VALUES ('edge', '', 'c', 0, @lease, 0, 0, 0, 120000, 300000, 86400000)
            """, new { lease = _time.GetUtcNow().ToUnixTimeMilliseconds() }));

        var waits = await _life.RotateAsync(SigningAlgorithm.HS256, false, "test", CancellationToken.None);
        var forced = await _life.RotateAsync(SigningAlgorithm.HS256, true, "test", CancellationToken.None);

        Assert.Equal(KeyState.PrePublished, waits.Life);
        Assert.Equal((waits.Kid, KeyState.Active), (forced.Kid, forced.Life));
        Assert.Equal(1, await _database.ReadAsync(session => session.ScalarAsync<long>(
            "SELECT COUNT(*) FROM audit WHERE action = 'rotate' AND actor = 'test' AND detail LIKE '%forced=True'")));
    }

    private async Task<string> ActiveAsync() => (await _life.AllAsync(CancellationToken.None))
        .Single(key => key.Algorithm == "HS256" && key.Life == KeyState.Active).Kid;

    private async Task<SigningKey> FindAsync(string kid) =>
        (await _life.AllAsync(CancellationToken.None)).Single(key => key.Kid == kid);
}
