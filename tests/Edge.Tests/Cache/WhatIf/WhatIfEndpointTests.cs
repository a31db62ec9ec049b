using System.Text.Json;
using Flickr.Edge.Tests.Harness;

namespace Flickr.Edge.Tests.Cache.WhatIf;

public sealed class WhatIfEndpointTests
{
    [Fact]
    [Trait("Requirement", "R079")]
    public async Task The_admin_listener_says_what_the_hit_ratio_would_be()
    {
        await using var origin = await OriginServer.StartAsync(async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            await context.Response.BodyWriter.WriteAsync(new byte[1000]);
        });
        await using var edge = await EdgeServer.StartAsync(
            [origin.Address], [("Edge:WhatIf:SampleOneIn", "1"), ("Edge:WhatIf:Every", "00:00:00.1")]);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 5; i++)
            {
                await edge.Client.GetByteArrayAsync($"/{i}");
            }
        }
        JsonElement report = default;
        await Until.TrueAsync(async () =>
        {
            report = JsonDocument.Parse(await edge.Admin.GetStringAsync("/whatif")).RootElement;
            return report.GetProperty("requests").GetInt32() == 20;
        });

        var now =
            report.GetProperty("rows").EnumerateArray().Single(row => row.GetProperty("isNow").GetBoolean());
        Assert.Equal(0.75, now.GetProperty("hitRatio").GetDouble());
        Assert.Equal(64 << 20, now.GetProperty("bytesMax").GetInt64());
    }
}
