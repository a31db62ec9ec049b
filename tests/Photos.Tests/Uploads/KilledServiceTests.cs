using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Uploads;

/// <summary>The program as a process of its own, killed with SIGKILL in the middle of its work.</summary>
public sealed class KilledServiceTests
{
    private const int Uploads = 12;
    private const int Kills = 4;

    [Fact, Trait("Requirement", "R004"), Trait("Requirement", "R067")]
    public async Task Every_upload_that_was_answered_ends_published_once_though_the_service_is_killed_again_and_again()
    {
        await using var origin = await FakeOrigin.StartAsync();
        await using var plane = await FakeControlPlane.StartAsync();
        using var folder = new TempFolder();
        var coffee = await File.ReadAllBytesAsync(Samples.File("derived/baseline.jpg"));
        var broken = await File.ReadAllBytesAsync(Samples.File("derived/baseline-truncated.jpg"));
        var random = new Random(11);
        var service = await StartAsync(origin, plane, folder);
        var key = await AddUserAsync(service);
        var accepted = new List<string>();
        using (var client = ClientFor(service, key))
        {
            for (var i = 0; i < Uploads; i++)
            {
                byte[] bytes = i % 5 == 4 ? [.. broken[..^i]] : [.. coffee, (byte)i];
                accepted.Add((await PhotosHost.UploadAsync(client, bytes, $"p{i}.jpg")).GetProperty("id").GetString()!);
            }
        }
        for (var kill = 0; kill < Kills; kill++)
        {
            var requests = origin.Requests.Count;
            var moreRequests = random.Next(1, 25);
            await PhotosHost.UntilAsync(() => Task.FromResult(origin.Requests.Count), count => count >= requests + moreRequests || Ended(folder) == Uploads);
            service.Process.Kill();
            await service.Process.WaitForExitAsync();
            service.Process.Dispose();
            service = await StartAsync(origin, plane, folder);
        }
        using var after = ClientFor(service, key);
        foreach (var id in accepted)
        {
            var state = (await PhotosHost.UntilAsync(
                () => after.GetFromJsonAsync<JsonElement>($"/api/v1/uploads/{id}"),
                now => now.GetProperty("state").GetString() is "published" or "failed")).GetProperty("state").GetString();
            Assert.Equal(accepted.IndexOf(id) % 5 == 4 ? "failed" : "published", state);
        }
        var page = await after.GetFromJsonAsync<JsonElement>("/api/v1/albums/nature/photos");
        var names = page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()).ToList();
        Assert.Equal(Enumerable.Range(0, Uploads).Where(i => i % 5 != 4).Reverse().Select(i => $"p{i}.jpg"), names);
        Assert.Equal(names.Count, origin.Links.Count(link => link.Key.Contains("/original/") && !link.Value.IsDeleted));
        service.Process.Kill();
        await service.Process.WaitForExitAsync();
        service.Process.Dispose();
        Assert.Empty(origin.EqualGenerations);
    }

    // Only stops waiting early; what counts is asked of the API at the end.
    private static long Ended(TempFolder folder)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.File("photos.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM upload WHERE state IN ('published', 'failed')";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<string> AddUserAsync(Service service)
    {
        using var client = ClientFor(service, PhotosHost.OperatorKey);
        using var answer = await client.PostAsJsonAsync("/api/v1/users", new { name = "alice", password = "correct horse" });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    private static HttpClient ClientFor(Service service, string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(service.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static async Task<Service> StartAsync(FakeOrigin origin, FakeControlPlane plane, TempFolder folder)
    {
        var start = new ProcessStartInfo("dotnet", [
            "exec", "--runtimeconfig", Path.ChangeExtension(typeof(KilledServiceTests).Assembly.Location, ".runtimeconfig.json"),
            "--depsfile", Path.ChangeExtension(typeof(KilledServiceTests).Assembly.Location, ".deps.json"),
            typeof(PhotosProgram).Assembly.Location,
            "--Photos:Listen=http://127.0.0.1:0", "--Photos:AdminListen=http://127.0.0.1:0",
            $"--Photos:DataDirectory={folder.Path}", $"--Photos:Origins:0={origin.Address}",
            $"--Photos:ControlPlane={plane.Address}", $"--Photos:ControlPlaneKey={FakeControlPlane.ServiceKey}",
            $"--Photos:EdgeAddress={PhotosHost.Edge}", $"--Photos:OperatorKey={PhotosHost.OperatorKey}",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information", "--Logging:Console:FormatterName=simple"])
        {
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf("Now listening on: ", StringComparison.Ordinal) is >= 0 and var at)
            {
                address.TrySetResult(line.Data[(at + "Now listening on: ".Length)..].Trim());
            }
        };
        process.BeginOutputReadLine();
        return new Service(process, await address.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private sealed record Service(Process Process, string Address);
}
