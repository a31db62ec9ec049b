using System.Buffers.Text;
using System.Security.Cryptography;
using Flickr.ControlPlane.Keys;
using Flickr.Sql;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.ControlPlane.Tests;

/// <summary>Where the key comes from that everything at rest is sealed with.</summary>
[Trait("Requirement", "R101")]
public sealed class KeyWrapTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_command_of_the_operator_wraps_the_data_key_and_the_next_start_unwraps_it()
    {
        var folder = Directory.CreateTempSubdirectory("flickr-wrap").FullName;
        var script = Path.Combine(folder, "wrapper");
        await File.WriteAllTextAsync(script,
            $"""
            #!/bin/sh
            echo "$2" >> {folder}/calls
            read text
            if [ "$2" = wrap ]; then printf 'wrapped %s' "$text" | base64 -w0; else printf %s "$text" | base64 -d | cut -c9-; fi
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var settings = Settings(("WrapCommand:0", script), ("WrapCommand:1", "an argument"));
        var database = $"Data Source={folder}/cp.db";

        var first = await StartedControlPlane.StartAsync(folder, database, ownsFolder: false, settings);
        var kid = await KeyTests.ActiveAsync(first, "ES256");
        await first.StopAsync();
        await using var second = await StartedControlPlane.StartAsync(folder, database, ownsFolder: true, settings);

        Assert.Equal(kid, await KeyTests.ActiveAsync(second, "ES256")); // its private part opens
        Assert.Equal(["wrap", "unwrap", "unwrap"], await File.ReadAllLinesAsync(Path.Combine(folder, "calls")));
        Assert.False(File.Exists(Path.Combine(folder, "wrap.key")));
    }

    [Fact]
    public async Task A_command_that_fails_stops_the_start()
    {
        await Assert.ThrowsAnyAsync<Exception>(() =>
            StartedControlPlane.StartAsync(settings: Settings(("WrapCommand:0", "/bin/false"))));
    }

    [Fact]
    public async Task The_environment_can_hold_the_wrap_key_and_another_one_stops_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("flickr-wrap").FullName;
        var database = $"Data Source={folder}/cp.db";
        var variable = "FLICKR_TEST_WRAP_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(variable, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        var settings = Settings(("WrapKeyVariable", variable));

        var first = await StartedControlPlane.StartAsync(folder, database, ownsFolder: false, settings);
        await first.StopAsync();
        var again = await StartedControlPlane.StartAsync(folder, database, ownsFolder: false, settings);
        await again.StopAsync();
        Environment.SetEnvironmentVariable(variable, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        var other = await Assert.ThrowsAnyAsync<InvalidOperationException>(() =>
            StartedControlPlane.StartAsync(folder, database, ownsFolder: false, settings));
        Environment.SetEnvironmentVariable(variable, null);

        Assert.Contains("wrap key", other.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_wrap_key_is_changed_by_naming_the_one_of_before_once()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var kid = await KeyTests.ActiveAsync(plane, "HS256");
        await plane.StopAsync();
        var (before, now) = (Path.Combine(plane.Folder, "wrap.key"), Path.Combine(plane.Folder, "new.key"));

        var rewrapped = await StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: false,
            Settings(("WrapKeyFile", now), ("PreviousWrapKeyFile", before)));
        await rewrapped.StopAsync();
        File.Delete(before);
        var after = await StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: false,
            Settings(("WrapKeyFile", now)));

        Assert.Equal(kid, await KeyTests.ActiveAsync(after, "HS256"));
        await after.StopAsync();
    }

    [Fact]
    public async Task A_database_from_before_the_data_key_opens_and_is_wrapped()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var database = plane.Services.GetRequiredService<Database>();
        // As it was: the wrap key itself sealed the keys.
        var wrap = Base64Url.DecodeFromChars((await File.ReadAllTextAsync(Path.Combine(plane.Folder, "wrap.key"))).Trim());
        var vault = plane.Services.GetRequiredService<KeyVault>();
        var keys = (await database.ReadAsync(KeyTable.AllAsync)).Select(key => (Key: key, Material: vault.Unseal(key))).ToList();
        await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("DELETE FROM authority");
            foreach (var (key, material) in keys)
            {
                await session.ExecuteAsync("UPDATE signing_key SET sealed = @text WHERE kid = @Kid",
                    new { text = SealAsBefore(wrap, material, key), key.Kid });
            }
            await session.ExecuteAsync("UPDATE key_state SET wrapped_key = '', wrap_check = @check",
                new { check = Convert.ToHexStringLower(HMACSHA256.HashData(wrap, "flickr wrap check 1"u8))[..32] });
        });
        await plane.StopAsync();

        var after = await StartedControlPlane.StartAsync(plane.Folder, plane.Database, ownsFolder: false);

        Assert.Equal(keys.Single(pair => pair.Key is { Algorithm: "HS256", State: "active" }).Key.Kid,
            await KeyTests.ActiveAsync(after, "HS256"));
        Assert.NotEmpty((await after.Services.GetRequiredService<Database>().ReadAsync(session =>
            session.ScalarAsync<string>("SELECT wrapped_key FROM key_state")))!);
        await after.StopAsync();
    }

    private static string SealAsBefore(byte[] wrap, byte[] material, SigningKey key)
    {
        var envelope = new byte[29 + material.Length];
        envelope[0] = 1;
        RandomNumberGenerator.Fill(envelope.AsSpan(1, 12));
        using var cipher = new AesGcm(wrap, 16);
        cipher.Encrypt(envelope.AsSpan(1, 12), material, envelope.AsSpan(29), envelope.AsSpan(13, 16),
            System.Text.Encoding.UTF8.GetBytes($"flickr-key-1|{key.Issuer}|{key.Kid}|{key.Algorithm}"));
        return Base64Url.EncodeToString(envelope);
    }

    private static Dictionary<string, string?> Settings(params (string Name, string Value)[] settings) =>
        settings.ToDictionary(pair => "ControlPlane:Keys:" + pair.Name, pair => (string?)pair.Value);
}
