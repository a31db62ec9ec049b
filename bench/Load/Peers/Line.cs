using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Flickr.Load.Peers;

/// <summary>The line-up: how each server is started with its configuration of <c>bench/peers</c>.</summary>
internal static partial class Line
{
    private const string AtsUser = "trafficserver";

    public static readonly string[] Names = ["flickr", "flickr+token", "nginx", "varnish", "ats", "haproxy"];

    /// <summary>Starts a server in front of the origin at <paramref name="originPort"/>; null when its package is not installed.</summary>
    public static Peer? Start(string name, int originPort, int processor)
    {
        var port = Ports.Free();
        var folder = Directory.CreateTempSubdirectory($"bench-{name.Replace('+', '-')}").FullName;
        switch (name)
        {
            case "nginx" when File.Exists("/usr/sbin/nginx"):
                return Peer.Start(name, VersionOf("/usr/sbin/nginx", "-v"), port, folder, processor, "",
                    "/usr/sbin/nginx", "-c", Config("nginx.conf", folder, port, originPort));
            case "varnish" when File.Exists("/usr/sbin/varnishd"):
                return Peer.Start(name, VersionOf("/usr/sbin/varnishd", "-V"), port, folder, processor, "",
                    "/usr/sbin/varnishd", "-j", "none", "-F", "-n", folder, "-a", $"127.0.0.1:{port}", "-s", "malloc,2g",
                    "-p", "thread_pools=1", "-p", "vsl_mask=-Debug,-VCL_call,-VCL_return,-VCL_acl,-ReqURL,-ReqMethod,-ReqProtocol,-ReqHeader,-ReqUnset,-ReqStart,-ReqAcct,-RespHeader,-RespUnset,-RespProtocol,-RespStatus,-RespReason,-Timestamp,-Hit,-Begin,-End,-Link,-SessOpen,-SessClose", "-f", Config("default.vcl", folder, port, originPort));
            case "haproxy" when File.Exists("/usr/sbin/haproxy"):
                return Peer.Start(name, VersionOf("/usr/sbin/haproxy", "-v"), port, folder, processor, "",
                    "/usr/sbin/haproxy", "-db", "-f", Config("haproxy.cfg", folder, port, originPort));
            case "ats" when File.Exists("/usr/bin/traffic_server"):
                return Ats(port, folder, originPort, processor);
            case "flickr":
                return Edge(name, port, folder, originPort, processor, withToken: false);
            case "flickr+token":
                return Edge(name, port, folder, originPort, processor, withToken: true);
            default:
                Directory.Delete(folder, recursive: true);
                return null;
        }
    }

    private static Peer Edge(string name, int port, string folder, int originPort, int processor, bool withToken)
    {
        var assembly = typeof(Flickr.Edge.EdgeProgram).Assembly;
        List<string> command =
        [
            "dotnet", "exec", assembly.Location,
            $"--Edge:Listen=http://127.0.0.1:{port}", $"--Edge:AdminListen=http://127.0.0.1:{Ports.Free()}",
            $"--Edge:DataDirectory={folder}", "--Edge:Sites:0:Host=*",
            $"--Edge:Sites:0:Upstreams:0=http://127.0.0.1:{originPort}",
            $"--Edge:Sites:0:Access={(withToken ? "Token" : "Public")}", "--Edge:Memory:BytesMax=2147483648",
        ];
        var query = "";
        if (withToken)
        {
            command.AddRange(TokenSettings());
            query = TokenQuery($"127.0.0.1:{port}");
        }
        return Peer.Start(name, assembly.GetName().Version!.ToString(3), port, folder, processor, query, [.. command]);
    }

    private static Peer Ats(int port, string folder, int originPort, int processor)
    {
        foreach (var name in new[] { "etc/trafficserver", "var/log/trafficserver", "var/run/trafficserver", "var/cache/trafficserver", "run/trafficserver", "var/trafficserver" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }
        var etc = Path.Combine(folder, "etc/trafficserver");
        File.Copy(Config("records.config", folder, port, originPort), Path.Combine(etc, "records.config"));
        File.WriteAllText(Path.Combine(etc, "remap.config"), $"map http://127.0.0.1:{port}/ http://127.0.0.1:{originPort}/\n");
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
        return Peer.Start("ats", VersionOf("/usr/bin/traffic_server", "-V"), port, folder, processor, "",
            "/usr/bin/traffic_server", "--run-root=" + RunRoot(folder));
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

    private static string Config(string name, string folder, int port, int originPort)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "peers", name))
            .Replace("{dir}", folder, StringComparison.Ordinal)
            .Replace("{port}", $"{port}", StringComparison.Ordinal)
            .Replace("{origin}", $"{originPort}", StringComparison.Ordinal)
            .Replace("{user}", name == "records.config" && Environment.UserName == "root" ? AtsUser : Environment.UserName, StringComparison.Ordinal)
            .Replace("{token}", "", StringComparison.Ordinal);
        var file = Path.Combine(folder, name);
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

    private static IEnumerable<string> TokenSettings() => throw new NotSupportedException();
    private static string TokenQuery(string host) => throw new NotSupportedException();
    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
