using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Guarding;

public sealed class RequestGuardTests
{
    [Fact, Trait("Requirement", "R119")]
    public async Task Every_answer_forbids_guessing_framing_and_foreign_scripts()
    {
        await using var host = await PhotosHost.StartAsync();

        using var answer = await host.Anonymous.GetAsync("/api/v1/server");

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self';", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Contains("img-src 'self' http://edge.test:8081", policy);
        Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/me", 401)]
    [InlineData("PUT", "/api/v1/me", 404)]
    [InlineData("GET", "/api/v1/uploads/01X", 401)]
    public async Task Every_refusal_under_api_is_a_problem_document(string method, string path, int status)
    {
        await using var host = await PhotosHost.StartAsync();

        using var answer = await host.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("urn:flickr:problem:", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_a_problem_and_no_fault()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");

        using var answer = await alice.PatchAsync("/api/v1/me", new StringContent("{", null, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Metrics_and_health_are_on_the_admin_listener_only()
    {
        await using var host = await PhotosHost.StartAsync();
        using var admin = new HttpClient { BaseAddress = new Uri(host.AdminAddress) };

        Assert.Equal("ready\n", await admin.GetStringAsync("/readyz"));
        Assert.Contains("flickr_photos_sql_seconds", await admin.GetStringAsync("/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.GetAsync("/metrics")).StatusCode);
    }
}
