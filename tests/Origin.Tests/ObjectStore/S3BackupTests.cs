using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Origin.ObjectStore;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.ObjectStore;

public sealed class S3BackupTests
{
    [Fact]
    [Trait("Requirement", "R038")]
    public async Task A_backup_in_a_bucket_restores_into_an_empty_node_with_every_hash_equal()
    {
        var settings = (await SwiftServer.SettingsAsync()).Where(pair => pair.Item1 != "Origin:Store")
            .Append(("Origin:Volumes:VolumeBytesMax", "1048576")).ToArray();
        var place = Uri.EscapeDataString($"s3://{settings.Single(pair => pair.Item1 == "Origin:S3:Bucket").Item2}/night");
        using var folder = new TemporaryFolder();
        var stored = new List<string>();
        await using (var node = await TestNode.StartAsync(Path.Combine(folder.Path, "first"), settings))
        {
            for (var i = 0; i < 30; i++)
            {
                var bytes = RandomNumberGenerator.GetBytes(90_000);
                await node.Client.PostAsync("/b", new ByteArrayContent(bytes));
                stored.Add(Convert.ToHexStringLower(SHA256.HashData(bytes)));
            }
            var first = await AskAsync(node, "backup", place);
            var again = await AskAsync(node, "backup", place);
            var verified = await AskAsync(node, "verify", place);

            Assert.True(first.GetProperty("volumesCopied").GetInt32() > 2);
            Assert.Equal(1, again.GetProperty("volumesCopied").GetInt32());
            Assert.Equal((30, 0), (verified.GetProperty("blobs").GetInt32(), verified.GetProperty("faults").GetArrayLength()));
        }

        await using var empty = await TestNode.StartAsync(Path.Combine(folder.Path, "second"), settings);
        Assert.Equal(0, (await AskAsync(empty, "restore", place)).GetProperty("faults").GetArrayLength());

        foreach (var digest in stored)
        {
            Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(await empty.Client.GetByteArrayAsync($"/b/{digest}"))));
        }
    }

    [Fact]
    public async Task A_large_object_goes_in_parts_and_comes_back_whole()
    {
        var settings = await SwiftServer.SettingsAsync();
        string Value(string name) => settings.Single(pair => pair.Item1 == "Origin:S3:" + name).Item2;
        var options = SwiftServer.OptionsOf(Value("ServiceUrl"));
        (options.MultipartBytesMin, options.PartBytes) = (5 << 20, 5 << 20);
        using var bucket = new S3Bucket(options, Value("Bucket"));
        var bytes = RandomNumberGenerator.GetBytes(12 << 20);
        await using var payload = RereadStream.Of(new Payload(bytes));

        await bucket.UploadAsync("large", payload, CancellationToken.None);
        await using var back = await bucket.OpenAsync("large", 0, bytes.Length, CancellationToken.None);
        using var whole = new MemoryStream();
        await back!.CopyToAsync(whole);

        Assert.Equal(bytes, whole.ToArray());
    }

    [Fact]
    public async Task A_store_that_is_away_is_503_and_never_404()
    {
        using var folder = new TemporaryFolder();
        await using var node = await TestNode.StartAsync(folder.Path, ("Origin:Store", "S3"),
            ("Origin:S3:ServiceUrl", $"http://127.0.0.1:{TestCluster.FreePorts(1)[0]}"), ("Origin:S3:AccessKey", "a"), ("Origin:S3:SecretKey", "b"));

        using var blob = await node.Client.GetAsync($"/b/{new string('0', 64)}");
        using var link = await node.Client.GetAsync("/alice/nature/original/swans.png");
        using var put = await node.Client.PostAsync("/b", new ByteArrayContent([1, 2, 3]));

        await Http.BlobTests.ShowsProblem(blob, 503, "store-unavailable");
        await Http.BlobTests.ShowsProblem(link, 503, "store-unavailable");
        await Http.BlobTests.ShowsProblem(put, 503, "store-unavailable");
    }

    private static async Task<JsonElement> AskAsync(TestNode node, string what, string place)
    {
        using var response = await node.Admin.PostAsync($"/origin/{what}?directory={place}", null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
