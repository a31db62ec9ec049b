using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>What can be held of <c>docker-compose.yml</c> without a container engine.</summary>
public sealed class ComposeTests
{
    private static readonly string[] Programs = ["Photos", "Edge", "ControlPlane", "Origin"];

    [Fact]
    public void Every_service_is_confined()
    {
        var faults = Services(Repository.Read("docker-compose.yml"))
            .SelectMany(service => Confinement(service.Key, service.Value)).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("user: \"1654:1654\"", "user: \"0:0\"", "root")]
    [InlineData("user: \"1654:1654\"", "", "root")]
    [InlineData("user: \"1654:1654\"", "user: root", "root")]
    [InlineData("read_only: true", "read_only: false", "read-only")]
    [InlineData("cap_drop: [ALL]", "cap_drop: [NET_RAW]", "capabilities")]
    [InlineData("security_opt: [\"no-new-privileges:true\"]", "", "privileges")]
    [InlineData("pids_limit: 256", "", "processes")]
    [InlineData("mem_limit: 512m", "", "memory")]
    [InlineData("cpus: \"1\"", "", "processors")]
    [InlineData("healthcheck:", "other:", "health")]
    [InlineData("restart: unless-stopped", "privileged: true", "privileged")]
    [InlineData("restart: unless-stopped", "network_mode: host", "host")]
    public void A_service_that_is_not_confined_is_found(string good, string bad, string fault)
    {
        const string Service = """
            x-base: &base
              user: "1654:1654"
              read_only: true
              cap_drop: [ALL]
              security_opt: ["no-new-privileges:true"]
              pids_limit: 256
            services:
              a:
                <<: *base
                mem_limit: 512m
                cpus: "1"
                restart: unless-stopped
                healthcheck:
                  test: ["CMD", "ready"]
            """;

        Assert.Empty(Services(Service).SelectMany(service => Confinement(service.Key, service.Value)));
        var found = Services(Service.Replace(good, bad, StringComparison.Ordinal))
            .SelectMany(service => Confinement(service.Key, service.Value));
        Assert.Contains(fault, Assert.Single(found), StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_system_is_there()
    {
        var services = Services(Repository.Read("docker-compose.yml"));

        Assert.Equal(2, services.Keys.Count(name => name.StartsWith("edge", StringComparison.Ordinal)));
        Assert.Equal(3, services.Keys.Count(name => name.StartsWith("origin", StringComparison.Ordinal)));
        Assert.Superset(new HashSet<string> { "control-plane", "photos", "postgres", "prometheus" },
            services.Keys.ToHashSet());
    }

    [Fact]
    public void No_admin_listener_is_published_and_no_secret_is_written_in_the_file()
    {
        var text = Repository.Read("docker-compose.yml");
        foreach (var (name, service) in Services(text))
        {
            var ports = service.TryGetValue("ports", out var list) ? ((List<object>)list).Cast<string>() : [];
            Assert.DoesNotContain(ports, port => name != "prometheus"
                && port.Split(':')[^1].StartsWith("90", StringComparison.Ordinal));
            Assert.All(ports, port =>
                Assert.StartsWith("127.0.0.1:",
                port.Replace("${FLICKR_BIND:-127.0.0.1}", "127.0.0.1", StringComparison.Ordinal),
                StringComparison.Ordinal));
            var environment = service.TryGetValue("environment", out var variables)
                ? (Dictionary<string, object>)variables : [];
            Assert.DoesNotContain(environment, variable =>
                variable.Key.EndsWith("Key", StringComparison.Ordinal)
                || (variable.Key.Contains("PASSWORD", StringComparison.Ordinal)
                    && !variable.Key.EndsWith("_FILE", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Files_that_the_services_mount_exist_and_prometheus_asks_every_program()
    {
        var text = Repository.Read("docker-compose.yml");
        var mounts = Services(text)
            .Values.SelectMany(service => service.TryGetValue("volumes", out var list) ? (List<object>)list
            : [])
            .Cast<string>().Where(mount => mount.StartsWith("./", StringComparison.Ordinal))
                .Select(mount => mount[2..].Split(':')[0]);
        Assert.All(mounts, mount => Assert.True(
            Repository.Files.Any(file => file == mount
                || file.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal)), mount));

        var prometheus = Repository.Read("ops/prometheus/prometheus.yml");
        Assert.NotEmpty(PlainYaml.Parse(prometheus));
        Assert.All(Services(text).Keys.Where(name => name is not ("postgres" or "prometheus" or "secrets")),
            name => Assert.Contains(name + ":9", prometheus, StringComparison.Ordinal));
        Assert.Contains("ARG PROGRAM", Repository.Read("Dockerfile"), StringComparison.Ordinal);
        Assert.All(Programs, program =>
            Assert.Contains("PROGRAM: " + program, text, StringComparison.Ordinal));
    }

    private static Dictionary<string, Dictionary<string, object>> Services(string text) =>
        ((Dictionary<string, object>)PlainYaml.Parse(text)["services"])
        .ToDictionary(pair => pair.Key, pair => (Dictionary<string, object>)pair.Value);

    private static IEnumerable<string> Confinement(string name, Dictionary<string, object> service)
    {
        string Text(string key) => service.TryGetValue(key, out var value) ? value as string ?? "" : "";
        bool Lists(string key, string item) => service.TryGetValue(key, out var value)
            && value is List<object> list && list.Contains(item);
        var user = Text("user").Split(':')[0];
        (bool IsGood, string Fault)[] checks =
        [
            (user is not ("" or "0" or "root"), "runs as root"),
            (Text("read_only") == "true", "its file system is not read-only"),
            (Lists("cap_drop", "ALL"), "keeps capabilities"),
            (Lists("security_opt", "no-new-privileges:true"), "may gain privileges"),
            (Text("mem_limit").Length > 0, "has no memory limit"),
            (Text("cpus").Length > 0, "has no limit of processors"),
            (Text("pids_limit").Length > 0, "has no limit of processes"),
            (name == "secrets"
                || (service.TryGetValue("healthcheck", out var check)
                && check is Dictionary<string, object> map && map.ContainsKey("test")),
                "has no health check"),
            (Text("privileged") != "true", "is privileged"),
            (Text("network_mode") != "host", "shares the host's network"),
        ];
        return checks.Where(item => !item.IsGood).Select(item => $"{name} {item.Fault}");
    }
}
