using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;
using Flickr.Photos.Tests.Sharing;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Favourites;

public sealed class FavouriteTests
{
    [Fact, Trait("Requirement", "R015"), Trait("Requirement", "R050"), Trait("Requirement", "R012")]
    public async Task A_favourite_is_each_viewers_own_and_vanishes_with_the_right_to_see_it()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 2);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.PutAsync($"/api/v1/photos/{ids[0]}/favourite", null)).StatusCode);
        (await alice.PutAsync($"/api/v1/photos/{ids[0]}/shares/bob", null)).Dispose();

        using var marked = await bob.PutAsync($"/api/v1/photos/{ids[0]}/favourite", null);

        Assert.Equal(HttpStatusCode.NoContent, marked.StatusCode);
        Assert.Equal([ids[0]], ShareTests.Ids(await bob.GetFromJsonAsync<JsonElement>("/api/v1/favourites")));
        Assert.Empty(ShareTests.Ids(await alice.GetFromJsonAsync<JsonElement>("/api/v1/favourites")));
        Assert.True((await bob.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{ids[0]}")).GetProperty("favourite").GetBoolean());
        Assert.False((await alice.GetFromJsonAsync<JsonElement>($"/api/v1/photos/{ids[0]}")).GetProperty("favourite").GetBoolean());

        (await alice.DeleteAsync($"/api/v1/photos/{ids[0]}/shares/bob")).Dispose();
        Assert.Empty(ShareTests.Ids(await bob.GetFromJsonAsync<JsonElement>("/api/v1/favourites")));
    }

    [Fact, Trait("Requirement", "R015")]
    public async Task Marking_at_once_from_many_places_makes_one_row()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        var id = (await PhotosHost.PublishAsync(alice, 1))[0];

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            (await alice.PutAsync($"/api/v1/photos/{id}/favourite", null)).EnsureSuccessStatusCode().Dispose()));

        Assert.Equal(1, await host.Get<Database>().ReadAsync(session => session.ScalarAsync<long>("SELECT COUNT(*) FROM favorite")));
        (await alice.DeleteAsync($"/api/v1/photos/{id}/favourite")).Dispose();
        Assert.Empty(ShareTests.Ids(await alice.GetFromJsonAsync<JsonElement>("/api/v1/favourites")));
    }
}
