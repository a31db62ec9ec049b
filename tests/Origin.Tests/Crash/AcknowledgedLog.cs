using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Flickr.Origin.Tests.Crash;

/// <summary>
/// The client's own log: what it was told is stored. Writes unique blobs, and links whose generations only go up, to any of
/// the addresses, and remembers only answers.
/// </summary>
internal sealed class AcknowledgedLog(HttpClient client, string[] addresses)
{
    private const int LinksPerWriter = 5;

    public ConcurrentDictionary<string, int> Blobs { get; } = new();

    /// <summary>Path to the generations acknowledged and asked for last.</summary>
    public ConcurrentDictionary<string, (long Acknowledged, long Asked)> Links { get; } = new();

    public async Task WriteAsync(int writer, Func<bool> goOn)
    {
        var random = new Random(writer);
        long generation = 0;
        while (goOn())
        {
            var seed = random.Next();
            var bytes = BytesOf(seed, random.Next(10) == 0 ? random.Next(2_000_000) : random.Next(40_000));
            var address = addresses[random.Next(addresses.Length)];
            try
            {
                using var stored = await client.PostAsync($"{address}/b", new ByteArrayContent(bytes));
                if (!stored.IsSuccessStatusCode)
                {
                    continue;
                }
                var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
                Blobs[digest] = bytes.Length;
                var path = string.Create(CultureInfo.InvariantCulture, $"/w{writer}/album/{++generation % LinksPerWriter}");
                var before = Links.GetValueOrDefault(path);
                Links[path] = (before.Acknowledged, generation);
                using var request = new HttpRequestMessage(HttpMethod.Put, address + path);
                request.Headers.Add("Link-Blob", digest);
                request.Headers.Add("Link-Generation", generation.ToString(CultureInfo.InvariantCulture));
                using var linked = await client.SendAsync(request);
                if (linked.IsSuccessStatusCode)
                {
                    Links[path] = (generation, generation);
                }
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                continue;
            }
        }
    }

    /// <summary>What is lost or wrong on one node, after everything has come up; each line says what.</summary>
    public async Task<List<string>> CompareAsync(string address)
    {
        var faults = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Blobs, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (blob, cancelled) =>
        {
            using var response = await client.GetAsync($"{address}/b/{blob.Key}", cancelled);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                faults.Add($"{blob.Key}: {(int)response.StatusCode}");
                return;
            }
            var bytes = await response.Content.ReadAsByteArrayAsync(cancelled);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != blob.Key || bytes.Length != blob.Value)
            {
                faults.Add($"{blob.Key}: wrong bytes");
            }
        });
        foreach (var (path, link) in Links)
        {
            using var response = await client.GetAsync(address + path);
            var generation = response.IsSuccessStatusCode
                ? long.Parse(response.Headers.GetValues("Flickr-Generation").Single(), CultureInfo.InvariantCulture) : 0;
            if (generation < link.Acknowledged || generation > link.Asked)
            {
                faults.Add($"{path}: generation {generation}, acknowledged {link.Acknowledged}, {(int)response.StatusCode}");
            }
        }
        return [.. faults];
    }

    private static byte[] BytesOf(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
