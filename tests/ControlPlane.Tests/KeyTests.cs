using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Flickr.ControlPlane.Keys;
using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Flickr.Sql;
using Flickr.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

[Trait("Requirement", "R116")]
public sealed class KeyTests
{
    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task At_first_start_one_key_of_each_algorithm_mints_and_a_spare_is_with_the_edges(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);

        var list = await plane.GetAsync("/v1/keys");
        var mint = await plane.GetAsync("/v1/keys/mint", StartedControlPlane.ServiceKey);
        var verify = await plane.GetAsync("/v1/keys/verify", StartedControlPlane.EdgeKey);
        var jwks = await plane.GetAsync("/.well-known/jwks.json", "");

        Assert.Equal(["ES256 active", "ES256 prePublished", "HS256 active", "HS256 prePublished"],
            States(list));
        Assert.Equal(["ES256 active", "HS256 active"], States(mint));
        Assert.Equal(4, verify.GetProperty("keys").GetArrayLength());
        Assert.Equal(2, jwks.GetProperty("keys").GetArrayLength());
        Assert.DoesNotContain("secret", list.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("null", list.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"d\"", verify.GetRawText() + jwks.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_mint_feed_signs_the_edges_keys_verify()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var edge = await plane.FollowAsync("edge-1");
        var mint = await plane.GetAsync("/v1/keys/mint", StartedControlPlane.ServiceKey);
        var bundle = mint.Deserialize(StreamJson.Default.VerifyBundle)!;

        Assert.Contains("http://edge-1.example", bundle.Edges!);
        foreach (var key in bundle.Keys)
        {
            Assert.True(edge.Stream.Keys.TryFind(key.Kid, out var verifies));
            Assert.True(verifies.IsUsable(DateTimeOffset.UtcNow));
            var material = System.Buffers.Text.Base64Url.DecodeFromChars(key.D ?? key.Secret);
            var minted = key.Algorithm == "HS256"
                ? MintKey.FromSecret(key.Kid, key.Issuer, material)
                : MintKey.FromPrivateKey(key.Kid, key.Issuer, material,
                    System.Buffers.Text.Base64Url.DecodeFromChars(key.X),
                        System.Buffers.Text.Base64Url.DecodeFromChars(key.Y));
            Assert.Equal(verifies.Algorithm, minted.Algorithm);
        }
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_rotation_with_a_spare_that_every_edge_holds_waits_for_nobody(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var edge = await plane.FollowAsync("edge-1");
        await Until.TrueAsync(async () => (await plane.GetAsync("/v1/members")).GetProperty("edges")[0]
            .GetProperty("keysVersion").GetInt64() == edge.Stream.Status.KeysVersion,
                "the edge acknowledged its keys");
        var before = await ActiveAsync(plane, "ES256");

        var (status, rotated) = await RotateAsync(plane, "ES256");

        Assert.Equal(200, status);
        Assert.Equal("active", rotated.GetProperty("state").GetString());
        Assert.NotEqual(before, rotated.GetProperty("kid").GetString());
        Assert.Equal(["ES256 active", "ES256 prePublished", "ES256 retiring", "HS256 active",
            "HS256 prePublished"],
            States(await plane.GetAsync("/v1/keys")));
        await edge.UntilAsync(_ => edge.Stream.Keys.Keys.Count == 5);
        Assert.True(edge.Stream.Keys.TryFind(before, out var old) && old.State == KeyState.Retiring);
    }

    [Fact]
    public async Task A_key_mints_only_when_every_live_edge_has_acknowledged_it()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var silent = plane.Client(StartedControlPlane.EdgeKey);
        using var stream = await silent.GetAsync("/v1/stream?edge=silent",
            HttpCompletionOption.ResponseHeadersRead);
        var before = await ActiveAsync(plane, "HS256");

        var (status, waiting) = await RotateAsync(plane, "HS256");
        var stillOld = await ActiveAsync(plane, "HS256");
        var version = (await plane.GetAsync("/v1/keys")).GetProperty("version").GetInt64();
        using var acknowledged = await silent.PostAsJsonAsync("/v1/edges/silent/ack", new { sequence = 0,
            keysVersion = version, appliedMs = 0 });

        Assert.Equal(202, status);
        Assert.Equal("silent",
            Assert.Single(waiting.GetProperty("waitingFor").EnumerateArray().ToList()).GetString());
        Assert.Equal(before, stillOld);
        await Until.TrueAsync(async () =>
            await ActiveAsync(plane, "HS256") == waiting.GetProperty("kid").GetString(),
            "the spare mints after the acknowledgement");
    }

    [Theory]
    [InlineData(SqlEngine.Sqlite)]
    [InlineData(SqlEngine.PostgreSql)]
    public async Task A_revoked_key_is_gone_from_every_edge_with_a_receipt_and_the_spare_mints(SqlEngine engine)
    {
        await using var plane = await StartedControlPlane.StartAsync(engine);
        var edge = await plane.FollowAsync("edge-1");
        var kid = await ActiveAsync(plane, "ES256");
        using var client = plane.Client();

        using var response = await client.PostAsync($"/v1/keys/{kid}/revoke?wait=10000&reason=stolen", null);
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        var grant = new GrantFacts(kid, DateTimeOffset.UtcNow.AddHours(1), null, 0, null, null, []);
        Assert.Equal(GrantCoverage.Key, edge.Horizon.JudgeGrant(grant, default));
        await Until.TrueAsync(async () =>
            await FindActiveAsync(plane, "ES256") is { } now && now != kid, "the spare mints");
        await edge.UntilAsync(_ => !edge.Stream.Keys.TryFind(kid, out VerifyKey? _));
        var list = await plane.GetAsync("/v1/keys");
        Assert.Contains("ES256 compromised", States(list));
        Assert.Equal(404, (int)(await client.PostAsync("/v1/keys/nothing/revoke", null)).StatusCode);
    }

    [Fact]
    public async Task While_keys_rotate_no_token_of_the_mint_feed_is_ever_unknown_to_an_edge()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        FollowingEdge[] edges = [await plane.FollowAsync("edge-1"), await plane.FollowAsync("edge-2")];
        using var done = new CancellationTokenSource();
        var (asked, refused) = (0, 0);
        var minting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                // A service reads the feed and mints with it at once: the worst case for an edge that has not heard yet.
                foreach (var algorithm in (string[])["ES256", "HS256"])
                {
                    var kid = await ActiveAsync(plane, algorithm);
                    foreach (var edge in edges)
                    {
                        asked++;
                        refused += edge.Stream.Keys.TryFind(kid, out VerifyKey? key)
                            && key.IsUsable(DateTimeOffset.UtcNow) ? 0 : 1;
                    }
                }
            }
        });
        var minted = new HashSet<string>();
        for (var turn = 0; turn < 100; turn++)
        {
            var algorithm = turn % 2 == 0 ? "ES256" : "HS256";
            var (_, wanted) = await RotateAsync(plane, algorithm);
            var kid = wanted.GetProperty("kid").GetString()!;
            await Until.TrueAsync(async () => await ActiveAsync(plane, algorithm) == kid, $"rotation {turn}");
            minted.Add(kid);
        }
        await done.CancelAsync();
        await minting;

        Assert.Equal(100, minted.Count);
        Assert.Equal(0, refused);
        Assert.True(asked > 400, $"only {asked} tokens were asked about");
    }

    [Fact]
    public async Task Nothing_of_a_key_lies_in_the_database_in_clear()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var mint = (await plane.GetAsync("/v1/keys/mint",
            StartedControlPlane.ServiceKey)).Deserialize(StreamJson.Default.VerifyBundle)!;

        foreach (var file in Directory.GetFiles(plane.Folder))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[open.Length];
            await open.ReadExactlyAsync(bytes);
            foreach (var key in mint.Keys)
            {
                var text = key.D ?? key.Secret!;
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)));
                Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Buffers.Text.Base64Url.DecodeFromChars(text)));
            }
        }
    }

    [Fact]
    public async Task Attack_34_a_wrapped_key_that_was_moved_to_another_row_does_not_open()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var database = plane.Services.GetRequiredService<Database>();
        var keys = await database.ReadAsync(KeyTable.AllAsync);
        var es = keys.Where(key => key.Algorithm == "ES256").ToList();
        var vault = plane.Services.GetRequiredService<KeyVault>();

        Assert.Equal(32, vault.Unseal(es[0]).Length);
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            vault.Unseal(es[0] with { Sealed = es[1].Sealed }));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_wrap_key_that_others_can_read_or_that_is_another_stops_the_start()
    {
        var plane = await StartedControlPlane.StartAsync();
        await plane.StopAsync();
        var file = Path.Combine(plane.Folder, "wrap.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var readable = await Assert.ThrowsAnyAsync<InvalidOperationException>(
            () => StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: false));
        File.Delete(file);
        var another = await Assert.ThrowsAnyAsync<InvalidOperationException>(
            () => StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: false));

        Assert.Contains("chmod 600", readable.Message, StringComparison.Ordinal);
        Assert.Contains("wrap key", another.Message, StringComparison.Ordinal);
        Directory.Delete(plane.Folder, recursive: true);
    }

    internal static async Task<string> ActiveAsync(StartedControlPlane plane, string algorithm) =>
        await FindActiveAsync(plane, algorithm) ?? throw new InvalidOperationException($"no {algorithm} key mints");

    /// <summary>Null for the moment in which one key is revoked and the next does not mint yet.</summary>
    private static async Task<string?> FindActiveAsync(StartedControlPlane plane, string algorithm) =>
        (await plane.GetAsync("/v1/keys/mint",
            StartedControlPlane.ServiceKey)).GetProperty("keys").EnumerateArray()
        .Where(key => key.GetProperty("algorithm").GetString() == algorithm)
        .Select(key => key.GetProperty("kid").GetString()).SingleOrDefault();

    private static async Task<(int Status, JsonElement Key)> RotateAsync(StartedControlPlane plane,
        string algorithm)
    {
        using var client = plane.Client();
        using var response = await client.PostAsJsonAsync("/v1/keys/rotate", new { algorithm });
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static IEnumerable<string> States(JsonElement list) => list.GetProperty("keys").EnumerateArray()
        .Select(key => $"{key.GetProperty("algorithm").GetString()} {key.GetProperty("state").GetString()}").Order();
}
