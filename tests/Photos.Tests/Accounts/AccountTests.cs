using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Accounts;

public sealed class AccountTests
{
    [Fact, Trait("Requirement", "R019")]
    public async Task A_person_signs_up_signs_out_and_in_again_by_cookie()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = Browser(host);

        using var signUp = await browser.PostAsJsonAsync("/api/v1/users", new { name = "alice", password = "correct horse" });
        Assert.Equal(HttpStatusCode.Created, signUp.StatusCode);
        var cookie = signUp.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("alice", (await MeAsync(browser)).GetProperty("name").GetString());

        using var signOut = await browser.DeleteAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.NoContent, signOut.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/me")).StatusCode);

        using var wrong = await browser.PostAsJsonAsync("/api/v1/session", new { name = "alice", password = "wrong horse" });
        using var unknown = await browser.PostAsJsonAsync("/api/v1/session", new { name = "nobody", password = "wrong horse" });
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(await TypeAsync(wrong), await TypeAsync(unknown));
        using var right = await browser.PostAsJsonAsync("/api/v1/session", new { name = "alice", password = "correct horse" });
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal("alice", (await MeAsync(browser)).GetProperty("name").GetString());
    }

    [Fact, Trait("Requirement", "R019")]
    public async Task A_session_and_a_key_outlive_a_restart_and_a_new_password_ends_the_session()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = Browser(host);
        using var signUp = await browser.PostAsJsonAsync("/api/v1/users", new { name = "alice", password = "correct horse" });
        var cookie = signUp.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var made = await (await browser.PostAsJsonAsync("/api/v1/keys", new { label = "laptop" })).Content.ReadFromJsonAsync<JsonElement>();
        await host.StopAsync();
        await using var again = await PhotosHost.StartAsync(host);

        using var withKey = again.ClientFor(made.GetProperty("key").GetString()!);
        Assert.Equal("alice", (await MeAsync(withKey)).GetProperty("name").GetString());
        using var withCookie = new HttpClient { BaseAddress = new Uri(again.Address) };
        withCookie.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal("alice", (await MeAsync(withCookie)).GetProperty("name").GetString());

        using var refused = await withKey.PostAsJsonAsync("/api/v1/me/password", new { password = "wrong horse", newPassword = "another horse" });
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var changed = await withKey.PostAsJsonAsync("/api/v1/me/password", new { password = "correct horse", newPassword = "another horse" });
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await withCookie.GetAsync("/api/v1/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await withKey.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact, Trait("Requirement", "R119")]
    public async Task A_request_that_a_form_of_another_site_could_send_is_refused()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = Browser(host);
        using var signUp = await browser.PostAsJsonAsync("/api/v1/users", new { name = "alice", password = "correct horse" });
        browser.DefaultRequestHeaders.Remove("Flickr-Request");

        using var forged = await browser.DeleteAsync("/api/v1/session");

        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Equal("urn:flickr:problem:forged-request", await TypeAsync(forged));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact, Trait("Requirement", "R019")]
    public async Task Bad_names_taken_names_weak_passwords_and_wrong_keys_get_a_clear_answer()
    {
        await using var host = await PhotosHost.StartAsync();
        using var browser = Browser(host);
        using var first = await host.AddUserAsync("alice");

        async Task<(HttpStatusCode, string?)> TryAsync(object body)
        {
            using var answer = await browser.PostAsJsonAsync("/api/v1/users", body);
            return (answer.StatusCode, await TypeAsync(answer));
        }
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "urn:flickr:problem:bad-user-name"), await TryAsync(new { name = "../x", password = "correct horse" }));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "urn:flickr:problem:bad-password"), await TryAsync(new { name = "bob", password = "short" }));
        Assert.Equal((HttpStatusCode.Conflict, "urn:flickr:problem:user-name-taken"), await TryAsync(new { name = "alice", password = "correct horse" }));
        foreach (var key in (string[])["fk_x", "fk_" + new string('0', 26) + "_" + new string('a', 32), "operator"])
        {
            using var wrong = host.ClientFor(key);
            Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/api/v1/me")).StatusCode);
        }
    }

    [Fact, Trait("Requirement", "R019")]
    public async Task A_revoked_key_opens_nothing_and_nobody_revokes_anothers()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var made = await (await alice.PostAsJsonAsync("/api/v1/keys", new { label = "phone" })).Content.ReadFromJsonAsync<JsonElement>();
        using var phone = host.ClientFor(made.GetProperty("key").GetString()!);
        var listed = (await alice.GetFromJsonAsync<JsonElement>("/api/v1/keys")).GetProperty("keys").EnumerateArray().ToList();
        var id = listed.Single(key => key.GetProperty("label").GetString() == "phone").GetProperty("id").GetString();

        using var foreign = await bob.DeleteAsync($"/api/v1/keys/{id}");
        using var own = await alice.DeleteAsync($"/api/v1/keys/{id}");

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.GetAsync("/api/v1/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await alice.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task Sign_up_can_be_closed_for_all_but_the_operator()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:OpenSignUp"] = "false" });
        using var browser = Browser(host);

        using var refused = await browser.PostAsJsonAsync("/api/v1/users", new { name = "bob", password = "correct horse" });
        using var alice = await host.AddUserAsync("alice");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact, Trait("Requirement", "R019")]
    public async Task Guessing_a_password_is_slowed_down()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Limits:SignInsPerAccountPerMinute"] = "3" });
        using var alice = await host.AddUserAsync("alice");
        using var browser = Browser(host);
        HttpResponseMessage? last = null;
        for (var i = 0; i < 4; i++)
        {
            last?.Dispose();
            last = await browser.PostAsJsonAsync("/api/v1/session", new { name = "alice", password = $"guess number {i}" });
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last!.StatusCode);
        Assert.True(last.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(4, host.Get<PhotosMetrics>().SignInsRefused.Value);
        last.Dispose();
    }

    [Fact]
    public async Task A_bad_setting_stops_the_start_and_names_the_setting()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Sagas:ParallelMax"] = "0" });
        });

        Assert.Contains("ParallelMax", fault.Message);
    }

    private static HttpClient Browser(PhotosHost host)
    {
        var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(host.Address) };
        client.DefaultRequestHeaders.Add("Flickr-Request", "1");
        return client;
    }

    private static Task<JsonElement> MeAsync(HttpClient client) => client.GetFromJsonAsync<JsonElement>("/api/v1/me");

    private static async Task<string?> TypeAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString();
    }
}
