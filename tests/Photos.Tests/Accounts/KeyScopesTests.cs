using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Accounts;
using Flickr.Photos.Tests.Albums;
using Flickr.Photos.Tests.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Photos.Tests.Accounts;

public sealed class KeyScopesTests
{
    // Each call of the API × each scope: refused for the scope exactly where the table says so.
    [Fact, Trait("Requirement", "R019")]
    public async Task Every_call_wants_its_scope_and_no_other()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var calls = host.App.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/v1/", StringComparison.Ordinal) == true)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => (Method: method, Path: Regexes.Replace(endpoint.RoutePattern.RawText!))))
            .Where(call => call.Path is not ("/api/v1/uploads/events" or "/api/v1/session") && !call.Path.Contains("password-resets")).Distinct().ToList();
        Assert.True(calls.Count >= 40, $"{calls.Count} calls");

        foreach (var scope in KeyScopes.All)
        {
            using var made = await alice.PostAsJsonAsync("/api/v1/keys", new { label = scope, scopes = new[] { scope } });
            using var client = host.ClientFor((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
            foreach (var (method, path) in calls)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (method is "POST" or "PUT" or "PATCH")
                {
                    request.Content = JsonContent.Create(new { });
                }
                using var answer = await client.SendAsync(request);
                var isRefused = answer.StatusCode == HttpStatusCode.Forbidden
                    && (method == "HEAD" || (await answer.Content.ReadAsStringAsync()).Contains("scope-missing", StringComparison.Ordinal));
                var needed = KeyScopes.Needed(method, path["/api/v1".Length..]);
                Assert.True(isRefused == (needed is not null && needed != scope), $"{scope}: {method} {path} {answer.StatusCode}");
            }
        }
    }

    // The other direction: what the table must say, spelled by hand for the calls that matter.
    [Theory]
    [InlineData("GET", "/albums/nature/photos", "read")]
    [InlineData("POST", "/photos/1/original", "read")]
    [InlineData("POST", "/uploads", "upload")]
    [InlineData("PATCH", "/tus/1", "upload")]
    [InlineData("DELETE", "/photos/1", "write")]
    [InlineData("POST", "/photos/batch", "write")]
    [InlineData("PUT", "/photos/1/shares/bob", "share")]
    [InlineData("PUT", "/albums/nature/shares/bob", "share")]
    [InlineData("POST", "/links", "share")]
    [InlineData("POST", "/keys", "account")]
    [InlineData("PATCH", "/me", "account")]
    [InlineData("POST", "/never/seen/before", "write")]
    [InlineData("GET", "/me", null)]
    public void The_table_says(string method, string path, string? scope) => Assert.Equal(scope, KeyScopes.Needed(method, path));

    [Fact]
    public async Task A_key_tells_its_scopes_and_an_unknown_one_is_refused()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        await AlbumTests.SendAsync(alice, HttpMethod.Post, "/keys", new { label = "x", scopes = new[] { "everything" } }, HttpStatusCode.UnprocessableEntity);
        await AlbumTests.SendAsync(alice, HttpMethod.Post, "/keys", new { label = "x", scopes = new[] { "upload", "read" } }, HttpStatusCode.Created);

        var keys = (await AlbumTests.SendAsync(alice, HttpMethod.Get, "/keys", null)).GetProperty("keys").EnumerateArray().ToList();

        Assert.Equal(5, keys[0].GetProperty("scopes").GetArrayLength());
        Assert.Equal(["read", "upload"], keys[1].GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
    }

    private static class Regexes
    {
        public static string Replace(string pattern) => System.Text.RegularExpressions.Regex.Replace(pattern, "{[^}]*}", "1");
    }
}
