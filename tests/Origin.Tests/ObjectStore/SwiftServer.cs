using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Flickr.Origin.Tests.ObjectStore;

/// <summary>
/// OpenStack Swift of Debian's packages with its S3 interface, one for all tests; ends with the test process. Tests are skipped where
/// it is not installed.
/// </summary>
internal static class SwiftServer
{
    private static readonly Lazy<Task<string?>> Started = new(StartAsync);

    /// <summary>Settings of a node over a bucket of its own.</summary>
    public static async Task<(string, string)[]> SettingsAsync()
    {
        var address = await Started.Value;
        Assert.SkipWhen(address is null, "not run: swift-proxy-server of Debian's packages is not installed");
        var bucket = "b" + Guid.NewGuid().ToString("N")[..12];
        using var made = new Flickr.Origin.ObjectStore.S3Bucket(OptionsOf(address!), bucket);
        await made.MakeAsync(CancellationToken.None);
        return
        [
            ("Origin:Store", "S3"), ("Origin:S3:ServiceUrl", address!), ("Origin:S3:Bucket", bucket),
            ("Origin:S3:AccessKey", "test:tester"), ("Origin:S3:SecretKey", "testing"), ("Origin:S3:ConditionalWrites", "false"),
        ];
    }

    public static Flickr.Origin.ObjectStore.S3Options OptionsOf(string address) => new()
    {
        ServiceUrl = address, AccessKey = "test:tester", SecretKey = "testing", ConditionalWrites = false,
    };

    private static async Task<string?> StartAsync()
    {
        if (!File.Exists("/usr/bin/swift-proxy-server"))
        {
            return null;
        }
        var port = TestCluster.FreePorts(1)[0];
        var folder = Directory.CreateTempSubdirectory("flickr-swift-").FullName;
        var start = new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, "ObjectStore", "swift.sh"), folder,
            port.ToString(System.Globalization.CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            using var end = Process.Start("kill", [process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            process.WaitForExit(5_000);
            Directory.Delete(folder, recursive: true);
        };
        var address = $"http://127.0.0.1:{port}";
        using var client = new HttpClient();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                if ((await client.GetAsync(address + "/healthcheck")).StatusCode == HttpStatusCode.OK)
                {
                    return address;
                }
            }
            catch (HttpRequestException error) when (error.InnerException is SocketException && DateTime.UtcNow < deadline)
            {
                await looks.WaitForNextTickAsync();
            }
        }
    }
}
