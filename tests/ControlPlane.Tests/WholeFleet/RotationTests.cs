using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>Keys that change under load, through real edges.</summary>
[Trait("Requirement", "R101")]
public sealed class RotationTests
{
    private const string Path = "/alice/nature/thumbnail/swans_thumbnail.jpg";

    [Fact]
    public async Task Attack_28_a_hundred_rotations_under_load_refuse_no_valid_request()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var origin = await EchoOrigin.StartAsync();
        await using var one = await RealEdge.StartAsync("edge-1", plane.Address, origin.Address);
        await using var two = await RealEdge.StartAsync("edge-2", plane.Address, origin.Address);
        using var done = new CancellationTokenSource();
        var refused = new ConcurrentQueue<string>();
        var answers = 0;
        // Each reads the feed, mints at once and asks: the worst case for an edge that has not heard yet.
        var load = ((RealEdge[])[one, two]).SelectMany(edge => new[] { "ES256", "HS256" }.Select(algorithm => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var key = await MintFeed.ReadAsync(plane, algorithm);
                for (var turn = 0; turn < 5; turn++)
                {
                    using var answer = await edge.Client.GetAsync(edge.Signed(key, Path));
                    Interlocked.Increment(ref answers);
                    if (answer.StatusCode != HttpStatusCode.OK)
                    {
                        refused.Enqueue($"{key.KeyId}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                    }
                }
            }
        }))).ToArray();
        using var client = plane.Client();
        var minted = new HashSet<string>();
        for (var turn = 0; turn < 100; turn++)
        {
            var algorithm = turn % 2 == 0 ? "ES256" : "HS256";
            using var rotated = await client.PostAsJsonAsync("/v1/keys/rotate", new { algorithm });
            var kid = (await rotated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("kid").GetString()!;
            await Until.TrueAsync(async () => await KeyTests.ActiveAsync(plane, algorithm) == kid, $"rotation {turn}");
            minted.Add(kid);
        }
        await done.CancelAsync();
        await Task.WhenAll(load);

        Assert.Empty(refused);
        Assert.Equal(100, minted.Count);
        Assert.True(answers > 200, $"only {answers} requests");
        Console.WriteLine($"100 rotations, {answers} requests, {refused.Count} refused");
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("HS256")]
    public async Task After_the_acknowledgement_of_a_revocation_no_token_of_the_key_is_accepted(string algorithm)
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var origin = await EchoOrigin.StartAsync();
        await using var one = await RealEdge.StartAsync("edge-1", plane.Address, origin.Address);
        await using var two = await RealEdge.StartAsync("edge-2", plane.Address, origin.Address);
        var key = await MintFeed.ReadAsync(plane, algorithm);
        using var done = new CancellationTokenSource();
        var accepted = new ConcurrentQueue<long>(); // when the accepted request was begun
        var load = ((RealEdge[])[one, two]).SelectMany(edge => Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var target = edge.Signed(key, Path); // remembered as verified after the first time
            while (!done.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                if (await edge.AskAsync(target) == HttpStatusCode.OK)
                {
                    accepted.Enqueue(began);
                }
            }
        }))).ToArray();
        await Until.TrueAsync(() => Task.FromResult(accepted.Count > 50), "load");

        using var client = plane.Client();
        using var answer = await client.PostAsync($"/v1/keys/{key.KeyId}/revoke?wait=20000", null);
        var acknowledged = Stopwatch.GetTimestamp();
        var receipt = await answer.Content.ReadFromJsonAsync<JsonElement>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => one.AskAsync(one.Signed(key, Path))));
        await done.CancelAsync();
        await Task.WhenAll(load);

        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.DoesNotContain(accepted, began => began > acknowledged);
        Assert.Equal(HttpStatusCode.Forbidden, await two.AskAsync(two.Signed(key, Path)));
        var next = await MintFeed.ReadAsync(plane, algorithm);
        Assert.Equal(HttpStatusCode.OK, await two.AskAsync(two.Signed(next, Path)));
    }
}
