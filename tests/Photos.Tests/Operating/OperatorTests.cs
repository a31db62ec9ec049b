using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Operating;

public sealed class OperatorTests
{
    [Fact, Trait("Requirement", "R065"), Trait("Requirement", "R124")]
    public async Task The_operator_lists_and_replays_dead_letters_and_nobody_else_does()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var oper = host.ClientFor(PhotosHost.OperatorKey);
        await host.Get<Database>().WriteAsync(session => session.ExecuteAsync(
            """
            INSERT INTO dead_letter (id, topic, version, saga_id, seq, body, attempts, reason, died_ms)
            VALUES ('d1', 'upload.nothing.do', 1, 'nobody', 1, '{}', 3, 'test', 0)
            """));

        var letters = (await oper.GetFromJsonAsync<JsonElement>("/api/v1/operator/dead-letters")).GetProperty("deadLetters");

        Assert.Equal("d1", Assert.Single(letters.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await alice.GetAsync("/api/v1/operator/dead-letters")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.GetAsync("/api/v1/operator/dead-letters")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await oper.PostAsync("/api/v1/operator/dead-letters/d1/replay", null)).StatusCode);
        await PhotosHost.UntilAsync( // its saga is unknown: it dies again, now for that reason
            () => host.Get<Database>().ReadAsync(session => session.ScalarAsync<string>("SELECT reason FROM dead_letter")),
            reason => reason?.StartsWith("unknown", StringComparison.Ordinal) == true);
    }

    [Fact, Trait("Requirement", "R019")]
    public async Task The_operator_sets_a_forgotten_password()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var oper = host.ClientFor(PhotosHost.OperatorKey);

        using var set = await oper.PostAsJsonAsync("/api/v1/operator/users/alice/password", new { password = "brand new horse" });

        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        host.Anonymous.DefaultRequestHeaders.Add("Flickr-Request", "1");
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.PostAsJsonAsync("/api/v1/session", new { name = "alice", password = "brand new horse" })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.PostAsJsonAsync("/api/v1/session", new { name = "alice", password = "correct horse" })).StatusCode);
    }
}
