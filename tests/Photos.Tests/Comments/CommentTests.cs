using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Comments;

public sealed class CommentTests
{
    [Fact, Trait("Requirement", "R013"), Trait("Requirement", "R014")]
    public async Task Comments_are_written_changed_and_removed_by_those_who_may()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        using var eve = await host.AddUserAsync("eve");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        (await alice.PutAsync($"/api/v1/photos/{id}/shares/bob", null)).Dispose();

        Assert.Equal(HttpStatusCode.NotFound, (await AddAsync(eve, id, "let me in")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync($"/api/v1/photos/{id}/comments")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await AddAsync(bob, id, "  ")).Status);
        var (status, first) = await AddAsync(bob, id, "<script>alert(1)</script>");
        var (_, second) = await AddAsync(alice, id, "고마워요");

        Assert.Equal(HttpStatusCode.Created, status);
        var page = await ListAsync(bob, id);
        Assert.Equal(["<script>alert(1)</script>", "고마워요"], page.Select(c => c.GetProperty("text").GetString()));
        Assert.Equal([true, false], page.Select(c => c.GetProperty("isMine").GetBoolean()));
        Assert.Equal(HttpStatusCode.NotFound, (await alice.PatchAsJsonAsync($"/api/v1/comments/{first}", new { text = "x" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await bob.PatchAsJsonAsync($"/api/v1/comments/{first}", new { text = "nice" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.DeleteAsync($"/api/v1/comments/{second}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.DeleteAsync($"/api/v1/comments/{first}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await alice.DeleteAsync($"/api/v1/comments/{first}")).StatusCode);
        Assert.Single(await ListAsync(alice, id));
    }

    [Fact, Trait("Requirement", "R013")]
    public async Task Comments_off_refuses_new_ones_and_keeps_the_old()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        await AddAsync(alice, ids[0], "before");

        (await alice.PutAsJsonAsync("/api/v1/me/comments/switch", new { on = false })).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(HttpStatusCode.Forbidden, (await AddAsync(alice, ids[0], "after")).Status);
        Assert.Single(await ListAsync(alice, ids[0]));
        (await alice.PutAsJsonAsync($"/api/v1/photos/{ids[1]}/comments/switch", new { on = true })).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(HttpStatusCode.Created, (await AddAsync(alice, ids[1], "here it is on")).Status);
    }

    [Fact, Trait("Requirement", "R014")]
    public async Task A_flood_of_comments_is_slowed_down()
    {
        await using var host = await PhotosHost.StartAsync(settings: new() { ["Photos:Limits:CommentsPerMinute"] = "2" });
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((await AddAsync(alice, id, $"{i}")).Status);
        }

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests], statuses);
    }

    private static async Task<(HttpStatusCode Status, string? Id)> AddAsync(HttpClient client, string photoId, string text)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/photos/{photoId}/comments", new { text });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.TryGetProperty("id", out var id) ? id.GetString() : null);
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient client, string photoId) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{photoId}/comments")).GetProperty("comments").EnumerateArray()];
}
