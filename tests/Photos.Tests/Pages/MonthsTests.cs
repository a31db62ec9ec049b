using System.Net.Http.Json;
using System.Text.Json;
using Flickr.Photos.Tests.Hosting;

namespace Flickr.Photos.Tests.Pages;

public sealed class MonthsTests
{
    [Fact]
    [Trait("Requirement", "R005")]
    [Trait("Requirement", "R017")]
    public async Task Months_count_what_the_viewer_may_see_and_nobody_learns_of_a_private_album()
    {
        await using var host = await PhotosHost.StartAsync();
        using var alice = await host.AddUserAsync("alice");
        using var bob = await host.AddUserAsync("bob");
        var ids = await PhotosHost.PublishAsync(alice, 3);
        const string address = "/api/v1/albums/nature/months?owner=alice";

        using var refused = await bob.GetAsync(address);
        var own = await alice.GetFromJsonAsync<JsonElement>(address);
        using var shared = await alice.PutAsync($"/api/v1/photos/{ids[1]}/shares/bob", null);
        var seen = await bob.GetFromJsonAsync<JsonElement>(address);

        Assert.Equal(404, (int)refused.StatusCode);
        Assert.Equal(3, own.GetProperty("total").GetInt64());
        Assert.Equal(3, own.GetProperty("parts").EnumerateArray().Sum(part => part.GetProperty("count").GetInt64()));
        Assert.Equal(ids.Max(StringComparer.Ordinal), own.GetProperty("parts")[0].GetProperty("first").GetString());
        Assert.Equal(1, seen.GetProperty("total").GetInt64());
        Assert.Equal(ids[1], seen.GetProperty("parts")[0].GetProperty("first").GetString());
    }
}
