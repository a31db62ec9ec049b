using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;

namespace Flickr.Tests.Way;

/// <summary>kill -9 in the middle of uploads: what was acknowledged is there, once.</summary>
[Trait("Requirement", "R004")]
public sealed class KillTests
{
    private const int Uploads = 50;

    [Fact]
    public async Task Killed_in_the_middle_of_fifty_uploads_each_ends_published_or_failed_none_twice_and_every_acknowledged_byte_is_readable()
    {
        using var folder = new TemporaryFolder();
        var portBase = FreePorts.Base();
        var acknowledged = new ConcurrentDictionary<string, (string Upload, byte[] Bytes)>();
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Person? alice;
        await using (var up = await UpProcess.StartAsync(folder.At("data"), portBase))
        {
            alice = await Person.SignUpAsync(up);
            var sending = Enumerable.Range(0, 5)
                .Select(lane => SendLaneAsync(alice, lane, acknowledged, half)).ToList();
            await half.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
            await up.KillAsync();
            await Task.WhenAll(sending);
        }
        Assert.InRange(acknowledged.Count, Uploads / 2, Uploads);

        await using var again = await UpProcess.StartAsync(folder.At("data"), portBase);
        var states = new List<string>();
        foreach (var (_, (upload, _)) in acknowledged)
        {
            states.Add((await alice.EndOfAsync(upload)).GetProperty("state").GetString()!);
        }

        Assert.All(states, state => Assert.Equal("published", state));
        var items = (await alice.PageAsync("nature")).GetProperty("items").EnumerateArray().ToList();
        var names = items.Select(item => item.GetProperty("name").GetString()!).ToList();
        Assert.Equal(names.Distinct().Count(), names.Count);
        Assert.Superset(acknowledged.Keys.ToHashSet(), names.ToHashSet());
        await AssertReadableAsync(alice,
            items.ToDictionary(item => item.GetProperty("name").GetString()!, item => item.GetProperty("id")
            .GetString()!), acknowledged);
        alice.Dispose();
    }

    /// <summary>Ten uploads one after another; ends quietly when the server is gone.</summary>
    private static async Task SendLaneAsync(Person alice, int lane,
        ConcurrentDictionary<string, (string Upload, byte[] Bytes)> acknowledged, TaskCompletionSource half)
    {
        for (var index = 0; index < Uploads / 5; index++)
        {
            var name = $"photo-{lane}-{index}.jpg";
            var bytes = Photographs.Different(name);
            try
            {
                acknowledged[name] = (await alice.UploadAsync("nature", name, bytes), bytes);
            }
            catch (HttpRequestException)
            {
                return;
            }
            if (acknowledged.Count >= Uploads / 2)
            {
                half.TrySetResult();
            }
        }
    }

    private static async Task AssertReadableAsync(Person alice, Dictionary<string, string> photos,
        ConcurrentDictionary<string, (string Upload, byte[] Bytes)> acknowledged)
    {
        using var browser = new HttpClient();
        foreach (var (name, (_, bytes)) in acknowledged)
        {
            var original = await alice.CallAsync(HttpMethod.Post, $"/api/v1/photos/{photos[name]}/original");
            using var answer = await browser.GetAsync(original.GetProperty("url").GetString());
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(SHA256.HashData(bytes),
                SHA256.HashData(await answer.Content.ReadAsByteArrayAsync()));
        }
    }
}
