using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Flickr.Load.Peers;

/// <summary>The line-up: how each server is started with its configuration of <c>bench/peers</c>.</summary>
internal static partial class Line
{
    private const string AtsUser = "trafficserver";

    /// <summary>Host under which our edge of a drill has both replicas behind it.</summary>
    public const string ReplicasHost = "replicas.drill";

    private const string NginxStale = """
        proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
              proxy_cache_background_update on;
              proxy_cache_revalidate on;
        """;

    private const string VarnishLogMask =
        "vsl_mask=-Debug,-VCL_call,-VCL_return,-VCL_acl,-ReqURL,-ReqMethod,-ReqProtocol,-ReqHeader,-ReqUnset,-ReqStart,-ReqAcct,"
        + "-RespHeader,-RespUnset,-RespProtocol,-RespStatus,-RespReason,-Timestamp,-Hit,-Begin,-End,-Link,-SessOpen,-SessClose";

    private static readonly Dictionary<string, string?> Programs = new()
    {
        ["flickr"] = null,
        ["flickr+token"] = null,
        ["nginx"] = "/usr/sbin/nginx",
        ["nginx+secure_link"] = "/usr/sbin/nginx",
        ["varnish"] = "/usr/sbin/varnishd",
        ["ats"] = "/usr/bin/traffic_server",
        ["haproxy"] = "/usr/sbin/haproxy",
    };

    /// <summary>Every server that can be asked for.</summary>
    public static string[] Names => [.. Programs.Keys];

    /// <summary>Starts a server; null when its package is not installed.</summary>
    /// <exception cref="ArgumentException">There is no server of that name.</exception>
    public static Peer? Start(PeerOrder order)
    {
        if (!Programs.TryGetValue(order.Name, out var program))
        {
            throw new ArgumentException($"{order.Name} is none of {string.Join(", ", Names)}");
        }
        if (program is not null && !File.Exists(program))
        {
            Directory.Delete(order.Folder, recursive: true);
            return null;
        }
        return order.Name switch
        {
            "flickr" => Edge(order, null),
            "flickr+token" => Edge(order, new SignedPaths()),
            "nginx" => Nginx(order, program!, null),
            "nginx+secure_link" => Nginx(order, program!, new SignedPaths()),
            "varnish" => Varnish(order with { Purge = PurgeWay.Method }, program!),
            "ats" => Ats(order with { Purge = PurgeWay.Method }, program!),
            _ => Peer.Start(order, VersionOf(program!, "-v"), program!, "-db", "-f", Config(order, "haproxy.cfg")),
        };
    }

    private static Peer Edge(PeerOrder plain, SignedPaths? signed)
    {
        var assembly = typeof(Flickr.Edge.EdgeProgram).Assembly;
        var host = $"127.0.0.1:{plain.Port}";
        var order = plain with
        {
            AdminPort = Ports.Free(), Purge = PurgeWay.Admin, Sign = signed is null ? plain.Sign : path => signed.ForEdge(host, path),
        };
        List<string> command =
        [
            "dotnet", "exec", assembly.Location,
            $"--Edge:Listen=http://{host}", $"--Edge:AdminListen=http://127.0.0.1:{order.AdminPort}",
            $"--Edge:DataDirectory={order.Folder}", "--Edge:Sites:0:Host=*",
            $"--Edge:Sites:0:Upstreams:0=http://127.0.0.1:{order.OriginPort}",
            $"--Edge:Sites:0:Access={(signed is null ? "Public" : "Token")}", "--Edge:Memory:BytesMax=2147483648",
            // The others keep 8 MB in memory too; by default ours leaves what is above 2 MiB to the disk.
            "--Edge:Memory:ObjectBytesMax=16777216",
        ];
        if (order.SecondOriginPort > 0)
        {
            command.AddRange([
                $"--Edge:Sites:1:Host={ReplicasHost}", $"--Edge:Sites:1:Upstreams:0=http://127.0.0.1:{order.OriginPort}",
                $"--Edge:Sites:1:Upstreams:1=http://127.0.0.1:{order.SecondOriginPort}",
            ]);
        }
        if (order.IsDrill)
        {
            // The others store whatever comes; by default ours writes a large object to disk at its second request.
            command.Add("--Edge:Log:AdmitAll=true");
        }
        command.AddRange(signed?.EdgeSettings ?? []);
        command.AddRange(order.Settings); // the last one holds
        return Peer.Start(order, assembly.GetName().Version!.ToString(3), [.. command]);
    }

    private static Peer Nginx(PeerOrder order, string program, SignedPaths? signed) => Peer.Start(
        signed is null ? order : order with { Sign = signed.ForNginx }, VersionOf(program, "-v"),
        program, "-c", Config(order, "nginx.conf", signed?.NginxDirectives ?? ""));

    private static Peer Varnish(PeerOrder order, string program) => Peer.Start(order, VersionOf(program, "-V"),
        program, "-j", "none", "-F", "-n", order.Folder, "-a", $"127.0.0.1:{order.Port}", "-s", "malloc,2g",
        "-p", "thread_pools=1", "-p", VarnishLogMask, "-f", Config(order, order.IsDrill ? "drill.vcl" : "default.vcl"));

    private static Peer Ats(PeerOrder order, string program)
    {
        var folder = order.Folder;
        foreach (var name in new[] { "etc/trafficserver", "var/log/trafficserver", "var/run/trafficserver", "var/cache/trafficserver", "run/trafficserver", "var/trafficserver" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }
        var etc = Path.Combine(folder, "etc/trafficserver");
        File.Copy(Config(order, "records.config"), Path.Combine(etc, "records.config"));
        File.WriteAllText(Path.Combine(etc, "remap.config"), $"map http://127.0.0.1:{order.Port}/ http://127.0.0.1:{order.OriginPort}/\n");
        File.WriteAllText(Path.Combine(etc, "storage.config"), $"{folder}/var/cache/trafficserver 4G\n");
        foreach (var empty in new[] { "plugin.config", "ip_allow.yaml", "cache.config", "logging.yaml", "parent.config", "hosting.config", "volume.config", "ssl_multicert.config", "sni.yaml", "strategies.yaml", "splitdns.config" })
        {
            var system = Path.Combine("/etc/trafficserver", empty);
            File.WriteAllText(Path.Combine(etc, empty), File.Exists(system) ? File.ReadAllText(system) : "");
        }
        if (Environment.UserName == "root")
        {
            // It refuses to serve as root; its package made this user.
            using var chown = Process.Start("chown", ["-R", AtsUser, folder]);
            chown.WaitForExit();
        }
        return Peer.Start(order, VersionOf(program, "-V"), program, "--run-root=" + RunRoot(folder));
    }

    private static string RunRoot(string folder)
    {
        var file = Path.Combine(folder, "runroot.yaml");
        File.WriteAllText(file, $"""
            prefix: {folder}
            exec_prefix: /usr
            bindir: /usr/bin
            sbindir: /usr/sbin
            sysconfdir: {folder}/etc/trafficserver
            datadir: {folder}/var/trafficserver
            includedir: /usr/include
            libdir: /usr/lib/trafficserver
            libexecdir: /usr/lib/trafficserver/modules
            localstatedir: {folder}/var
            runtimedir: {folder}/var/run/trafficserver
            logdir: {folder}/var/log/trafficserver
            cachedir: {folder}/var/cache/trafficserver
            """);
        return file;
    }

    private static string Config(PeerOrder order, string name, string token = "")
    {
        var user = name == "records.config" && Environment.UserName == "root" ? AtsUser : Environment.UserName;
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "peers", name))
            .Replace("{dir}", order.Folder, StringComparison.Ordinal)
            .Replace("{port}", $"{order.Port}", StringComparison.Ordinal)
            .Replace("{origin}", $"{order.OriginPort}", StringComparison.Ordinal)
            .Replace("{user}", user, StringComparison.Ordinal)
            .Replace("{stale}", order.IsDrill ? NginxStale : "", StringComparison.Ordinal)
            .Replace("{token}", token, StringComparison.Ordinal);
        var file = Path.Combine(order.Folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static string VersionOf(string program, string flag)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [flag]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var text = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return VersionNumber().Match(text).Value;
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
