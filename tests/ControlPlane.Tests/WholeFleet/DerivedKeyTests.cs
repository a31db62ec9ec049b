using System.Net;
using System.Text.Json;
using Flickr.Fleet.Streaming;
using Flickr.Tokens;
using Flickr.Tokens.Paths;
using static System.Buffers.Text.Base64Url;

namespace Flickr.ControlPlane.Tests.WholeFleet;

/// <summary>A key of the control plane that mints below one path only.</summary>
[Trait("Requirement", "R101")]
public sealed class DerivedKeyTests
{
    [Fact]
    public async Task A_service_with_a_derived_key_opens_its_part_of_the_tree_on_a_real_edge_and_nothing_beside_it()
    {
        await using var plane = await StartedControlPlane.StartAsync();
        await using var origin = await EchoOrigin.StartAsync();
        await using var edge = await RealEdge.StartAsync("edge-1", plane.Address, origin.Address);
        var bundle = (await plane.GetAsync($"/v1/keys/mint/derived?host={edge.Authority}&prefix=/alice/nature/",
            StartedControlPlane.ServiceKey)).Deserialize(StreamJson.Default.VerifyBundle)!;
        var given = Assert.Single(bundle.Keys);
        Assert.EndsWith("~2", given.Kid, StringComparison.Ordinal);
        // The holder has a name and a secret, and knows nothing of where it came from.
        var key = MintKey.FromSecret(given.Kid, given.Issuer, DecodeFromChars(given.Secret));

        Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(edge.Signed(key, "/alice/nature/hd/a.jpg")));
        Assert.Equal(HttpStatusCode.OK, await edge.AskAsync(edge.Signed(key, "/alice/nature/thumbnail/b.jpg")));
        Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync(edge.Signed(key, "/alice/city/hd/a.jpg")));
        Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync(edge.Signed(key, "/bob/nature/hd/a.jpg")));
        var wide = new TokenMinter(key, TimeProvider.System).MintQuery(Grant.ForOwner("alice", 1).ForViewer("v")
            .ForHost(edge.Authority).Depth(1, CanonicalPath.Parse("/alice/nature/hd/a.jpg")));
        Assert.Equal(HttpStatusCode.Forbidden, await edge.AskAsync("/alice/nature/hd/a.jpg?" + wide));
    }

    [Theory]
    [InlineData("", "/alice/")]
    [InlineData("edge.example", "/")]
    [InlineData("edge.example", "/alice")]
    [InlineData("edge.example", "/alice/../bob/")]
    [InlineData("Edge.Example", "/alice/")]
    [InlineData("edge.example|x", "/alice/")]
    public async Task No_key_is_derived_for_what_no_request_can_be(string host, string prefix)
    {
        await using var plane = await StartedControlPlane.StartAsync();
        using var client = plane.Client(StartedControlPlane.ServiceKey);

        using var answer = await client.GetAsync(
            $"/v1/keys/mint/derived?host={Uri.EscapeDataString(host)}&prefix={Uri.EscapeDataString(prefix)}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var edge = plane.Client(StartedControlPlane.EdgeKey);
        Assert.Equal(HttpStatusCode.Forbidden,
            (await edge.GetAsync("/v1/keys/mint/derived?host=edge.example&prefix=/alice/")).StatusCode);
    }
}
