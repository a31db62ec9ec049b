using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Flickr.Store.Peers;

/// <summary>A server under test, started for it; null from a starter when its package is not installed.</summary>
internal sealed class StorePeer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Process> _processes = [];

    private StorePeer(string name) => Name = name;

    public string Name { get; }

    /// <summary>Where a blob is written, and how.</summary>
    public required Func<int, HttpRequestMessage> Put { get; init; }

    /// <summary>Where the blob of a number is read, given its digest.</summary>
    public required Func<int, string, HttpRequestMessage> Get { get; init; }

    public static async Task<StorePeer> FlickrAsync(string folder, int nodes)
    {
        var ports = Enumerable.Range(0, nodes * 2).Select(_ => FreePort()).ToArray();
        var next = -1;
        Uri At(string path) => new($"http://127.0.0.1:{ports[Interlocked.Increment(ref next) % nodes]}{path}");
        var peer = new StorePeer($"flickr, R={nodes}{(nodes > 1 ? " W=2" : "")}")
        {
            Put = _ => new HttpRequestMessage(HttpMethod.Post, At("/b")),
            Get = (_, digest) => new HttpRequestMessage(HttpMethod.Get, At($"/b/{digest}")),
        };
        for (var node = 0; node < nodes; node++)
        {
            List<string> arguments =
            [
                typeof(Flickr.Origin.OriginProgram).Assembly.Location, $"--Origin:NodeId=node-{node}",
                $"--Origin:Listen=http://127.0.0.1:{ports[node]}", $"--Origin:AdminListen=http://127.0.0.1:{ports[nodes + node]}",
                $"--Origin:DataDirectory={Path.Combine(folder, $"flickr-{nodes}-{node}")}", "--Logging:LogLevel:Default=Error",
            ];
            for (var other = 0; other < nodes; other++)
            {
                arguments.Add($"--Origin:Nodes:{other}:Id=node-{other}");
                arguments.Add($"--Origin:Nodes:{other}:Address=http://127.0.0.1:{ports[other]}");
            }
            peer.Start("dotnet", arguments);
        }
        for (var node = 0; node < nodes; node++)
        {
            await AnswersAsync($"http://127.0.0.1:{ports[nodes + node]}/healthz");
        }
        return peer;
    }

    public static async Task<StorePeer?> NginxAsync(string folder)
    {
        if (!File.Exists("/usr/sbin/nginx"))
        {
            return null;
        }
        var port = FreePort();
        var root = Directory.CreateDirectory(Path.Combine(folder, "nginx")).FullName;
        var config = Path.Combine(root, "nginx.conf");
        await File.WriteAllTextAsync(config, $$"""
            daemon off; worker_processes auto; pid {{root}}/pid; error_log {{root}}/error.log; user {{Environment.UserName}};
            events { worker_connections 1024; }
            http { access_log off; client_max_body_size 64m; client_body_temp_path {{root}}/body; sendfile on; keepalive_requests 1000000;
              server { listen 127.0.0.1:{{port}}; root {{root}}/data; location / { dav_methods PUT DELETE; create_full_put_path on; } } }
            """);
        Directory.CreateDirectory(Path.Combine(root, "data"));
        var peer = new StorePeer("nginx dav (no fsync, no hash)")
        {
            Put = number => new HttpRequestMessage(HttpMethod.Put, $"http://127.0.0.1:{port}/{number}"),
            Get = (number, _) => new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/{number}"),
        };
        peer.Start("/usr/sbin/nginx", ["-c", config, "-p", root]);
        await AnswersAsync($"http://127.0.0.1:{port}/");
        return peer;
    }

    public static async Task<StorePeer?> SwiftAsync(string folder, int replicas)
    {
        if (!File.Exists("/usr/bin/swift-proxy-server") || !File.Exists("/usr/bin/memcached"))
        {
            return null;
        }
        var port = FreePort();
        var processes = new List<(string, IEnumerable<string>)>
        {
            ("bash", [Path.Combine(AppContext.BaseDirectory, "Peers", "swift.sh"), Path.Combine(folder, "swift"), $"{port}", $"{replicas}"]),
        };
        var (token, account) = ("", "");
        var peer = new StorePeer($"OpenStack Swift, R={replicas}, 1 proxy worker")
        {
            Put = number => Request(HttpMethod.Put, number),
            Get = (number, _) => Request(HttpMethod.Get, number),
        };
        HttpRequestMessage Request(HttpMethod method, int number)
        {
            var request = new HttpRequestMessage(method, $"{account}/bench/{number}");
            request.Headers.Add("X-Auth-Token", token);
            return request;
        }
        processes.ForEach(process => peer.Start(process.Item1, process.Item2));
        await AnswersAsync($"http://127.0.0.1:{port}/healthcheck");
        using var client = new HttpClient();
        using var login = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/auth/v1.0");
        login.Headers.Add("X-Auth-User", "test:tester");
        login.Headers.Add("X-Auth-Key", "testing");
        using var answer = await client.SendAsync(login);
        answer.EnsureSuccessStatusCode();
        (token, account) = (answer.Headers.GetValues("X-Auth-Token").Single(), answer.Headers.GetValues("X-Storage-Url").Single());
        // The proxy answers before the servers behind it do.
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var make = new HttpRequestMessage(HttpMethod.Put, $"{account}/bench");
            make.Headers.Add("X-Auth-Token", token);
            using var made = await client.SendAsync(make);
            if (made.IsSuccessStatusCode)
            {
                break;
            }
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new IOException($"Swift makes no container: {made.StatusCode}");
            }
        }
        return peer;
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                using var end = Process.Start("kill", [$"{process.Id}"]);
                process.WaitForExit(10_000);
            }
            process.Dispose();
        }
    }

    private void Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_gcServer"] = "0";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private static int FreePort()
    {
        // Below the range of outgoing connections, with room above for a server that takes several.
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(1_200, 3_200) * 10);
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                continue;
            }
            finally
            {
                listener.Stop();
            }
        }
    }

    private static async Task AnswersAsync(string address)
    {
        using var client = new HttpClient();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(address);
                return;
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Yield();
            }
        }
    }
}
