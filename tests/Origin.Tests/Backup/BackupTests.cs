using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.Tests.Replication;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Backup;

public sealed class BackupTests
{
    [Fact]
    [Trait("Requirement", "R038")]
    public async Task A_backup_taken_under_load_restores_into_an_empty_cluster_with_every_hash_equal()
    {
        using var folder = new TemporaryFolder();
        var stored = new ConcurrentDictionary<string, byte>();
        var links = new ConcurrentDictionary<string, string>();
        await using (var cluster = await TestCluster.StartAsync(3, ("Origin:Volumes:VolumeBytesMax", "1048576")))
        {
            for (var i = 0; i < 60; i++)
            {
                await StoreAsync(cluster[i % 3], i, stored, links);
            }
            var beforeBackup = (Blobs: stored.Keys.ToList(), Links: links.ToList());
            var goOn = true;
            var load = Task.Run(async () =>
            {
                for (var i = 60; Volatile.Read(ref goOn); i++)
                {
                    await StoreAsync(cluster[i % 3], i, stored, links);
                }
            });
            for (var i = 0; i < 3; i++)
            {
                Assert.Empty(await FaultsAsync(cluster[i], "backup", folder.Path));
            }
            Volatile.Write(ref goOn, false);
            await load;
            var again = await ReportAsync(cluster[0], "backup", folder.Path);
            Assert.True(again.GetProperty("volumesCopied").GetInt32() < again.GetProperty("volumes").GetInt32(), "incremental");
            Assert.Empty(await FaultsAsync(cluster[0], "verify", folder.Path));
            stored = new(beforeBackup.Blobs.Select(digest => KeyValuePair.Create(digest, (byte)0)));
            links = new(beforeBackup.Links);
        }

        await using var empty = await TestCluster.StartAsync(3);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(await FaultsAsync(empty[i], "restore", folder.Path));
        }

        foreach (var digest in stored.Keys)
        {
            var bytes = await empty[2].Client.GetByteArrayAsync($"/b/{digest}");
            Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        foreach (var (path, digest) in links)
        {
            var bytes = await empty[1].Client.GetByteArrayAsync(path);
            Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    [Fact]
    public async Task Rot_in_a_backup_is_found_by_verify()
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartAsync(Path.Combine(folder.Path, "node"));
        await node.Client.PostAsync("/b", new ByteArrayContent(RandomNumberGenerator.GetBytes(10_000)));
        var target = Path.Combine(folder.Path, "backup");
        await ReportAsync(node, "backup", target);
        var file = Path.Combine(target, "origin-1", Volume.NameOf(1));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[5_000] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        Assert.NotEmpty(await FaultsAsync(node, "verify", target));
    }

    [Fact]
    public async Task The_admin_listener_shows_the_node_and_lists_names()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var bytes = RandomNumberGenerator.GetBytes(100);
        await cluster[0].Client.PostAsync("/b", new ByteArrayContent(bytes));
        await ClusterTests.LinkAsync(cluster[0], "/u/a/x.png", bytes, 1);
        await TestCluster.Becomes(() => cluster[0].Node.Store.Blobs.Count == 1, "node 0 has its copy");
        await cluster.StopNodeAsync(2);

        var stat = await cluster[0].Admin.GetFromJsonAsync<JsonElement>("/origin/stat");
        var list = await cluster[0].Admin.GetFromJsonAsync<JsonElement>("/origin/ls?path=/u/a/");
        var repair = await cluster[0].Admin.PostAsync("/origin/repair", null);
        var relative = await cluster[0].Admin.PostAsync("/origin/backup?directory=here", null);

        Assert.Equal("node-0", stat.GetProperty("nodeId").GetString());
        Assert.Equal(1, stat.GetProperty("blobs").GetInt32());
        Assert.True(stat.GetProperty("writable").GetBoolean());
        Assert.Equal([("node-1", true), ("node-2", false)], stat.GetProperty("peers").EnumerateArray().Select(
            peer => (peer.GetProperty("nodeId").GetString()!, peer.GetProperty("answered").GetBoolean())));
        Assert.Equal("x.png", list.GetProperty("files")[0].GetProperty("name").GetString());
        Assert.True(repair.IsSuccessStatusCode);
        Assert.Equal(400, (int)relative.StatusCode);
    }

    private static async Task StoreAsync(
        TestNode node, int i, ConcurrentDictionary<string, byte> stored, ConcurrentDictionary<string, string> links)
    {
        var bytes = RandomNumberGenerator.GetBytes(5_000 + i * 997 % 60_000);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if ((await node.Client.PostAsync("/b", new ByteArrayContent(bytes))).IsSuccessStatusCode)
        {
            stored[digest] = 0;
        }
        if (await ClusterTests.LinkAsync(node, $"/u/{i}", bytes, 1) == 201)
        {
            links[$"/u/{i}"] = digest;
        }
    }

    private static async Task<JsonElement> ReportAsync(TestNode node, string what, string directory)
    {
        using var response = await node.Admin.PostAsync($"/origin/{what}?directory={Uri.EscapeDataString(directory)}", null);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<List<string>> FaultsAsync(TestNode node, string what, string directory) =>
        [.. (await ReportAsync(node, what, directory)).GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!)];
}
