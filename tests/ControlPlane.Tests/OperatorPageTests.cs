using System.Net;
using System.Text.RegularExpressions;

namespace Flickr.ControlPlane.Tests;

public sealed class OperatorPageTests
{
    [Fact]
    public async Task A_stranger_sees_only_the_form_to_sign_in()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client("");

        var page = await client.GetStringAsync("/");
        using var wrong = await PostAsync(client, "/sign-in", null, ("key", StartedControlPlane.ServiceKey));
        using var purge = await PostAsync(client, "/purge", null, ("kind", "all"), ("value", ""));

        Assert.Contains("Operator key", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Last invalidations", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, purge.StatusCode);
        Assert.Empty((await plane.GetAsync("/v1/invalidations")).GetProperty("invalidations").EnumerateArray());
    }

    [Fact]
    public async Task An_operator_purges_and_rotates_and_sees_the_receipts()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await plane.FollowAsync("edge-1");
        using var client = plane.Client("");
        var cookie = await SignInAsync(client);
        var form = FormToken(await GetAsync(client, cookie));

        using var purge = await PostAsync(client, "/purge", cookie,
            ("form", form), ("kind", "tag"), ("value", "photo:<b>1</b>"), ("reason", "test"));
        using var rotate = await PostAsync(client, "/rotate", cookie, ("form", form), ("algorithm", "HS256"));
        using var refused = await PostAsync(client, "/purge", cookie, ("form", form), ("kind", "owner"),
            ("value", "alice"));
        var page = await GetAsync(client, cookie);

        Assert.Contains("confirmed", Uri.UnescapeDataString(purge.Headers.Location!.ToString()),
            StringComparison.Ordinal);
        Assert.Contains("mints", Uri.UnescapeDataString(rotate.Headers.Location!.ToString()),
            StringComparison.Ordinal);
        Assert.Contains("Not done", Uri.UnescapeDataString(refused.Headers.Location!.ToString()),
            StringComparison.Ordinal);
        Assert.Contains("tag photo:&lt;b&gt;1&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("edge-1", page, StringComparison.Ordinal);
        Assert.Contains("retiring", page, StringComparison.Ordinal);
        Assert.Contains("holds over", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_site_or_another_session_does_nothing()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client("");
        var cookie = await SignInAsync(client);
        var form = FormToken(await GetAsync(client, cookie));
        var other = FormToken(await GetAsync(client, await SignInAsync(client)));

        using var without = await PostAsync(client, "/purge", cookie, ("kind", "all"), ("value", ""));
        using var foreign = await PostAsync(client, "/purge", cookie, ("form", other), ("kind", "all"),
            ("value", ""));
        using var crossed = new HttpRequestMessage(HttpMethod.Post, "/purge");
        crossed.Headers.Add("Cookie", cookie);
        crossed.Headers.Add("Sec-Fetch-Site", "cross-site");
        crossed.Content = new FormUrlEncodedContent([new("form", form), new("kind", "all"), new("value",
            "")]);
        using var cross = await client.SendAsync(crossed);

        Assert.All((HttpResponseMessage[])[without, foreign, cross],
            response => Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode));
        Assert.Empty((await plane.GetAsync("/v1/invalidations")).GetProperty("invalidations").EnumerateArray());
    }

    [Fact]
    public async Task The_cookie_is_for_this_site_and_not_for_scripts_and_a_changed_one_is_nothing()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client("");
        using var signed = await PostAsync(client, "/sign-in", null, ("key",
            StartedControlPlane.OperatorKey));
        var header = signed.Headers.GetValues("Set-Cookie").Single();
        var cookie = header.Split(';')[0];

        using var page = await client.GetAsync("/");
        var changed = await GetAsync(client, cookie[..^1] + (cookie[^1] == 'A' ? 'B' : 'A'));
        var later = await GetAsync(client, Regex.Replace(cookie, "=\\d", "=9"));

        Assert.Contains("httponly", header, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", header, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("Operator key", changed, StringComparison.Ordinal);
        Assert.Contains("Operator key", later, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_ten_wrong_keys_even_the_right_one_waits()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client("");
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var wrong = await PostAsync(client, "/sign-in", null, ("key", $"guess-{attempt}"));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        }

        using var right = await PostAsync(client, "/sign-in", null, ("key", StartedControlPlane.OperatorKey));

        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
    }

    private static async Task<string> SignInAsync(HttpClient client)
    {
        using var response = await PostAsync(client, "/sign-in", null, ("key",
            StartedControlPlane.OperatorKey));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<string> GetAsync(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", cookie);
        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string? cookie,
        params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field =>
                KeyValuePair.Create(field.Name, field.Value))),
        };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }
        return client.SendAsync(request);
    }

    private static string FormToken(string html) =>
        Regex.Match(html, "name=\"form\" value=\"([^\"]+)\"").Groups[1].Value;
}
