using System.Text.Json;
using Flickr.Edge.Cache.WhatIf;
using Flickr.Edge.Purge;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;

namespace Flickr.Edge.Explain;

/// <summary>What the admin listener answers beside metrics and health: purge, why, log, top, what-if, sites.</summary>
internal sealed class AdminEndpoints(PurgeEndpoint purge, WhyEndpoint why, RequestLog requests,
    LiveSites sites, WhatIfEndpoint whatIf)
{
    private const int ShownMax = 1000;

    /// <summary>Answers when the path is one of ours.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value, context.Request.Method)
        {
            case ("/purge", "POST"):
                await purge.AnswerAsync(context);
                return true;
            case ("/why", "GET"):
                await why.AnswerAsync(context);
                return true;
            case ("/log", "GET"):
                await LogAsync(context);
                return true;
            case ("/top", "GET"):
                await TopAsync(context);
                return true;
            case ("/whatif", "GET"):
                await whatIf.AnswerAsync(context);
                return true;
            case ("/sites", "GET"):
                await SitesAsync(context);
                return true;
            case ("/reload", "POST"):
                context.Response.StatusCode = sites.TryReload() ? 200 : 409;
                await SitesAsync(context);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// <c>?where=status&gt;=500&amp;where=outcome=miss&amp;limit=100</c>: all conditions hold; newest first.
    /// </summary>
    private async Task LogAsync(HttpContext context)
    {
        var filters = new List<RecordFilter>();
        foreach (var where in context.Request.Query["where"])
        {
            if (RecordFilter.Parse(where) is not { } filter)
            {
                await Responder.ProblemAsync(context, new Problem(422, "filter-malformed",
                    "where is field, operator (= != > < ~) and value; fields: " + RecordFilter.Fields + "."));
                return;
            }
            filters.Add(filter);
        }
        var limit = int.TryParse(context.Request.Query["limit"], out var asked)
            ? Math.Clamp(asked, 1, ShownMax) : 100;
        var shown = requests.Newest().Where(record =>
            filters.TrueForAll(filter => filter.Matches(record))).Take(limit).ToList();
        await context.Response.WriteAsJsonAsync(shown, RequestJson.Default.ListRequestRecord,
            cancellationToken: context.RequestAborted);
    }

    /// <summary><c>?by=target&amp;limit=20</c>: how often each value is in the ring.</summary>
    private async Task TopAsync(HttpContext context)
    {
        var by = context.Request.Query["by"].FirstOrDefault() ?? "target";
        if (!RecordFilter.IsField(by))
        {
            await Responder.ProblemAsync(context, new Problem(422, "filter-malformed",
                "by is one of the fields " + RecordFilter.Fields + "."));
            return;
        }
        var limit = int.TryParse(context.Request.Query["limit"], out var asked)
            ? Math.Clamp(asked, 1, ShownMax) : 20;
        var top = requests.Newest().GroupBy(record => RecordFilter.TextOf(record, by))
            .Select(group => KeyValuePair.Create(group.Key, group.LongCount()))
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key,
                StringComparer.Ordinal).Take(limit);
        await context.Response.WriteAsJsonAsync(new Dictionary<string, long>(top),
            RequestJson.Default.DictionaryStringInt64,
            cancellationToken: context.RequestAborted);
    }

    private async Task SitesAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("sites");
        foreach (var site in sites.Current.Sites)
        {
            json.WriteStartObject();
            json.WriteString("host", site.Host);
            json.WriteString("access", site.Access.ToString());
            json.WriteBoolean("photos", site.IsPhotos);
            json.WriteStartArray("upstreams");
            foreach (var upstream in site.Upstreams)
            {
                json.WriteStringValue(upstream.GetLeftPart(UriPartial.Authority));
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var fault in sites.Refusal)
        {
            json.WriteStringValue(fault);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
