using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Flickr.Tests.Way;

/// <summary>One upload and its looks with everything told that can be told: traces, logs, metrics, audit, refusals.</summary>
public sealed class SecretsTests
{
    private const string Password = "canary-password-48151623";

    [Fact]
    [Trait("Requirement", "R093")]
    [Trait("Requirement", "R119")]
    public async Task One_trace_runs_through_all_programs_and_no_sink_holds_a_secret()
    {
        using var folder = new TemporaryFolder();
        await using var collector = await TraceCollector.StartAsync();
        var environment = ((string[])["Photos", "Origin", "Edge", "ControlPlane"]).SelectMany(program =>
            (KeyValuePair<string, string>[])[new($"{program}__Tracing__Endpoint", collector.Endpoint),
                new($"{program}__Tracing__Share", "1")]).ToDictionary();
        await using var up = await UpProcess.StartAsync(folder.At("data"), null, environment, "--verbose");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
        http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");

        var told = new StringBuilder();
        var secrets = await LiveAsync(up, http, told);
        await Patiently.UntilAsync("all programs sent spans of the trace", TimeSpan.FromSeconds(60), () => Task.FromResult(
            collector.ServicesOf(trace) is ["flickr-photos", "flickr-origin", "flickr-edge", ..]
            && collector.Has(trace, "upload.publish.do")));
        told.Append(await SinksAsync(up, http));
        told.Append(collector.Text).AppendJoin('\n', up.Errors);

        var text = told.ToString();
        Assert.All(secrets, secret => Assert.False(
            text.Contains(secret.Value, StringComparison.Ordinal), $"{secret.Key} is in a sink: {Around(text, secret.Value)}"));
    }

    /// <summary>Signs up, uploads, shares, looks, and is refused; returns every secret that was in play.</summary>
    private static async Task<Dictionary<string, string>> LiveAsync(UpProcess up, HttpClient http, StringBuilder refusals)
    {
        var secrets = ((string[])["operator", "edge", "service", "storage"]).ToDictionary(name => name + " key", up.Secret);
        secrets["password"] = Password;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", up.Secret("operator"));
        var user = await ReadAsync(await http.PostAsJsonAsync(new Uri(up.Photos, "/api/v1/users"),
            new { name = "canary", password = Password }));
        secrets["account key"] = user.GetProperty("key").GetString()!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secrets["account key"]);
        using var content = new ByteArrayContent(Samples.Read("photos/chelsea.png"));
        var upload = await ReadAsync(await http.PostAsync(new Uri(up.Photos, "/api/v1/uploads?album=a&name=c.png"), content));
        var id = upload.GetProperty("id").GetString()!;
        await Patiently.UntilAsync("published", TimeSpan.FromSeconds(90), async () =>
            (await http.GetFromJsonAsync<JsonElement>(new Uri(up.Photos, "/api/v1/uploads/" + id)))
                .GetProperty("state").GetString() == "published");
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri(up.Photos, "/api/v1/albums/a/photos?limit=10"));
        secrets["token"] = page.GetProperty("token").GetString()!;
        var item = page.GetProperty("items")[0];
        http.DefaultRequestHeaders.Authorization = null;
        foreach (var rung in (string[])["thumbnail", "hd"])
        {
            var url = item.GetProperty(rung).GetProperty("url").GetString()!;
            using var picture = await http.GetAsync(url);
            Assert.True(picture.IsSuccessStatusCode);
            using var refused = await http.GetAsync(url[..^3] + "AAA");
            refusals.Append(await refused.Content.ReadAsStringAsync());
        }
        using var wrong = await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(up.Photos, "/api/v1/session"))
        {
            Content = JsonContent.Create(new { name = "canary", password = Password + "!" }),
            Headers = { { "Flickr-Request", "1" } },
        });
        refusals.Append(await wrong.Content.ReadAsStringAsync());
        return secrets;
    }

    private static async Task<string> SinksAsync(UpProcess up, HttpClient http)
    {
        var text = new StringBuilder();
        foreach (var offset in (int[])[0, 1, 2, 10, 11, 12])
        {
            foreach (var path in (string[])["/metrics", "/status.json", "/alerts"])
            {
                text.Append(await http.GetStringAsync(new Uri(up.Admin(offset), path)));
            }
        }
        foreach (var path in (string[])["/log?limit=1000", "/top?by=target&limit=1000", "/sites"])
        {
            text.Append(await http.GetStringAsync(new Uri(up.Admin(1), path)));
        }
        using var audit = new HttpRequestMessage(HttpMethod.Get, new Uri(up.ControlPlane, "/v1/audit?limit=1000"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", up.Secret("operator")) },
        };
        using var answer = await http.SendAsync(audit);
        Assert.True(answer.IsSuccessStatusCode, $"audit: {answer.StatusCode}");
        return text.Append(await answer.Content.ReadAsStringAsync()).ToString();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode} {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string Around(string text, string secret)
    {
        var at = Math.Max(text.IndexOf(secret, StringComparison.Ordinal), 0);
        return text.Substring(Math.Max(at - 60, 0), Math.Min(60, at)).Replace('\n', ' ');
    }
}
