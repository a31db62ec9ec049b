using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Sharing;

public sealed class ShareTests
{
    [Fact, Trait("Requirement", "R049"), Trait("Requirement", "R122")]
    public async Task A_share_is_given_listed_and_taken_back_with_what_it_opened()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];
        Assert.Equal(HttpStatusCode.NotFound, (await bob.GetAsync($"/api/v1/photos/{id}")).StatusCode);

        using var foreign = await bob.PutAsync($"/api/v1/photos/{id}/shares/bob", null);
        using var nobody = await alice.PutAsync($"/api/v1/photos/{id}/shares/nobody", null);
        using var given = await alice.PutAsync($"/api/v1/photos/{id}/shares/bob", null);
        using var twice = await alice.PutAsync($"/api/v1/photos/{id}/shares/bob", null);

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, given.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, twice.StatusCode);
        Assert.Equal(["bob"], Names(await alice.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{id}/shares"), "users"));
        Assert.Equal([id], Ids(await bob.GetFromJsonAsync<JsonElement>("/api/v1/shared")));
        Assert.Equal(HttpStatusCode.OK, (await bob.PostAsync($"/api/v1/photos/{id}/original", null)).StatusCode);

        using var taken = await alice.DeleteAsync($"/api/v1/photos/{id}/shares/bob?wait=10000");

        var receipt = (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("receipt");
        Assert.Equal("confirmed", receipt.GetProperty("state").GetString());
        Assert.Contains(host.ControlPlane.Invalidations, order => order.GetProperty("value").GetString() == "photo:" + id);
        Assert.Empty(Ids(await bob.GetFromJsonAsync<JsonElement>("/api/v1/shared")));
        Assert.Equal(HttpStatusCode.NotFound, (await bob.PostAsync($"/api/v1/photos/{id}/original", null)).StatusCode);
    }

    internal static IReadOnlyList<string?> Ids(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString())];

    private static IReadOnlyList<string?> Names(JsonElement body, string list) =>
        [.. body.GetProperty(list).EnumerateArray().Select(item => item.GetString())];
}
