using Flickr.Edge.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace Flickr.Edge.Tests;

public sealed class EdgeMetricsTests
{
    [Fact, Trait("Requirement", "R088")]
    public async Task Requests_are_counted_by_class_and_outcome_with_their_time_and_bytes()
    {
        var photos = new PhotoOrigin();
        await using var origin = await OriginServer.StartAsync(photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], photos.Settings);
        var query = "?" + photos.Token(edge.Authority);

        await edge.Client.GetAsync(PhotoOrigin.Path + query);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        await edge.Client.GetAsync(PhotoOrigin.Path + query);
        await edge.Client.GetAsync(PhotoOrigin.Path);
        await edge.Client.GetAsync(PhotoOrigin.Path + "?fs=1.nonsense");

        await IsAsync("flickr_edge_requests_total{class=\"thumb\",outcome=\"miss\"}", 1);
        await IsAsync("flickr_edge_requests_total{class=\"thumb\",outcome=\"hit\"}", 1);
        await IsAsync("flickr_edge_requests_total{class=\"thumb\",outcome=\"refused\"}", 2);
        await IsAsync("flickr_edge_request_seconds_count{class=\"thumb\"}", 4);
        await IsAsync("flickr_edge_token_verdicts_total{verdict=\"valid\"}", 2);
        await IsAsync("flickr_edge_token_verdicts_total{verdict=\"missing\"}", 1);
        await IsAsync("flickr_edge_token_verdicts_total{verdict=\"malformed\"}", 1);
        await IsAsync("flickr_edge_fetches_total", 1);
        await IsAsync("flickr_edge_fills_total", 1);
        await IsAsync("flickr_edge_fills_in_flight", 0);
        await IsAsync("flickr_edge_requests_open", 0);
        Assert.InRange(await edge.MetricAsync("flickr_edge_sent_bytes_total"), 2 * photos.Body.Length,
            2 * photos.Body.Length + 1000);

        // The last byte is with the client before the edge has counted it.
        Task IsAsync(string series, double value) =>
            Until.TrueAsync(async () => await edge.MetricAsync(series) == value);
    }

    [Fact]
    public async Task The_rarer_counters_move_when_their_thing_happens()
    {
        var isFirst = true;
        await using var origin = await OriginServer.StartAsync(context =>
        {
            if (context.Request.Path == "/private")
            {
                context.Response.Headers.CacheControl = "private";
            }
            else if (context.Request.Path == "/error")
            {
                context.Response.StatusCode = 503;
            }
            else
            {
                context.Response.Headers.CacheControl = "max-age=0, must-revalidate";
                context.Response.Headers.ETag = "\"1\"";
                if (!isFirst)
                {
                    context.Response.StatusCode = 304;
                    return Task.CompletedTask;
                }
                isFirst = false;
            }
            return context.Response.WriteAsync("x");
        });
        await using var edge = await EdgeServer.StartAsync(origin.Address);

        await edge.Client.GetAsync("/private");
        await edge.Client.GetAsync("/error");
        await edge.Client.GetAsync("/x");
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_stored_total") == 1);
        await edge.Client.GetAsync("/x");
        await Purge.PurgeTests.PurgeAsync(edge, "all", "");

        Assert.Equal(1, await edge.MetricAsync("flickr_edge_uncacheable_total{reason=\"private\"}"));
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_errors_shared_total"));
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_revalidations_total"));
        Assert.Equal(1, await edge.MetricAsync("flickr_edge_invalidations_total{kind=\"all\"}"));
        Assert.True(await edge.MetricAsync("flickr_edge_invalidation_sequence") > 0);
        Assert.Equal(0, await edge.MetricAsync("flickr_edge_spool_bytes"));
        Assert.Equal(-1, await edge.MetricAsync("flickr_edge_heartbeat_age_seconds"));
    }
}
