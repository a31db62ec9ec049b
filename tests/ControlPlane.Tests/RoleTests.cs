using System.Net.Http.Json;

namespace Flickr.ControlPlane.Tests;

public sealed class RoleTests
{
    private static readonly (string Method, string Path, string Roles)[] Calls =
    [
        ("POST", "/v1/invalidations", "operator service"),
        ("GET", "/v1/invalidations", "operator"),
        ("GET", "/v1/invalidations/none", "operator service"),
        ("GET", "/v1/stream?edge=e", "edge"),
        ("POST", "/v1/edges/e/ack", "edge"),
        ("GET", "/v1/members", "operator service"),
        ("GET", "/v1/keys", "operator"),
        ("GET", "/v1/keys/verify", "edge"),
        ("GET", "/v1/keys/mint", "service"),
        ("POST", "/v1/keys/rotate", "operator"),
        ("POST", "/v1/keys/none/revoke", "operator"),
        ("GET", "/v1/audit", "operator"),
        ("GET", "/v1/audit/verify", "operator"),
        ("GET", "/.well-known/jwks.json", "operator edge service nobody stranger"),
    ];

    [Fact]
    public async Task Each_call_is_open_to_its_roles_and_to_no_other()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        var keys = new Dictionary<string, string>
        {
            ["operator"] = StartedControlPlane.OperatorKey,
            ["edge"] = StartedControlPlane.EdgeKey,
            ["service"] = StartedControlPlane.ServiceKey,
            ["stranger"] = "some other key",
            ["nobody"] = "",
        };
        foreach (var (role, key) in keys)
        {
            using var client = plane.Client(key);
            foreach (var (method, path, roles) in Calls)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Content = method == "POST" ? JsonContent.Create(new { }) : null;
                using var response = await client.SendAsync(request,
                    HttpCompletionOption.ResponseHeadersRead);

                var allowed = roles.Split(' ').Contains(role);
                var status = (int)response.StatusCode;
                var expected = role is "nobody" or "stranger" ? 401 : 403;
                Assert.True(allowed ? status is not (401 or 403)
                    : status == expected, $"{role} {method} {path}: {status}");
            }
        }
    }

    [Fact]
    public async Task A_service_does_not_revoke_keys_and_the_admin_listener_shows_nothing_of_the_api()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var service = plane.Client(StartedControlPlane.ServiceKey);

        using var revoke = await service.PostAsJsonAsync("/v1/invalidations", new { kind = "key",
            value = "es-1" });
        using var metrics = await service.GetAsync("/metrics");
        using var admin = await service.GetAsync($"{plane.AdminAddress}/metrics");
        using var api = await service.GetAsync($"{plane.AdminAddress}/v1/members");
        using var ready = await service.GetAsync($"{plane.AdminAddress}/readyz");

        Assert.Equal(403, (int)revoke.StatusCode);
        Assert.Equal(404, (int)metrics.StatusCode);
        Assert.Equal(200, (int)admin.StatusCode);
        Assert.Equal(404, (int)api.StatusCode);
        Assert.Equal(200, (int)ready.StatusCode);
    }

    [Fact]
    public async Task Two_roles_with_one_key_stop_the_start()
    {
        var fault = await Assert.ThrowsAnyAsync<InvalidOperationException>(() =>
            StartedControlPlane.StartAsync(
            settings: new() { ["ControlPlane:EdgeKey"] = StartedControlPlane.OperatorKey }));

        Assert.Contains("must differ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_out_of_its_range_stops_the_start_with_its_name()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => StartedControlPlane.StartAsync(
            settings: new() { ["ControlPlane:Stream:BoundPrivate"] = "02:00:00" }));

        Assert.Contains("BoundPrivate", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Without_settings_the_keys_are_made_for_the_owner_alone()
    {
        await using var plane = await StartedControlPlane.StartAsync(settings: new()
        {
            ["ControlPlane:OperatorKey"] = "",
            ["ControlPlane:EdgeKey"] = "",
            ["ControlPlane:ServiceKey"] = "",
        });
        foreach (var name in (string[])["operator.key", "edge.key", "service.key"])
        {
            var path = Path.Combine(plane.Folder, name);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(43, (await File.ReadAllTextAsync(path)).Length);
        }
        using var client = plane.Client(await File.ReadAllTextAsync(Path.Combine(plane.Folder,
            "operator.key")));
        Assert.Equal(200, (int)(await client.GetAsync("/v1/keys")).StatusCode);
    }
}
