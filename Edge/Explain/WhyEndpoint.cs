using System.Text.Json;
using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;
using Flickr.Edge.Freshness;
using Flickr.Edge.Keying;
using Flickr.Edge.Sites;
using Flickr.Edge.Variants;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens.Paths;

namespace Flickr.Edge.Explain;

/// <summary>
/// <c>GET /why?url=…</c> on the admin listener: replays the decision for an address without asking anyone:
/// site, class, key, variant, tier, freshness arithmetic, tags, covering invalidation, why it was not stored.
/// Request fields that matter for the variant may be given as <c>&amp;field=Accept:image/webp</c>.
/// </summary>
internal sealed class WhyEndpoint(
    LiveSites sites, ObjectCache cache, InvalidationHorizon horizon, UncacheablePredictor predictor,
        FailureMemory failures,
    RequestLog requests, TimeProvider time)
{
    /// <summary>Answers the request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var url = context.Request.Query["url"].ToString();
        var host = "*";
        if (Uri.TryCreate(url, UriKind.Absolute, out var absolute)
            && absolute.Scheme.StartsWith("http", StringComparison.Ordinal))
        {
            host = absolute.Authority;
            url = url[(url.IndexOf(host, StringComparison.OrdinalIgnoreCase) + host.Length)..];
        }
        else if (requests.Newest().FirstOrDefault() is { } last)
        {
            host = last.Host; // a bare path: the host that clients last used
        }
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter,
            new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("host", host);
        if (!CanonicalTarget.TryParse(url, out var target, out var refusal))
        {
            json.WriteString("refused", $"the path is not canonical: {refusal}");
        }
        else if (sites.Current.Find(host) is not { } site)
        {
            json.WriteString("refused", "no site has this host");
        }
        else
        {
            var fields = new HeaderDictionary();
            foreach (var field in context.Request.Query["field"])
            {
                var colon = (field ?? "").IndexOf(':', StringComparison.Ordinal);
                if (colon > 0)
                {
                    fields.Append(field![..colon], field[(colon + 1)..].Trim());
                }
            }
            var probe = new DefaultHttpContext();
            probe.Request.Method = "GET";
            foreach (var (name, value) in fields)
            {
                probe.Request.Headers[name] = value;
            }
            var request = RequestReader.Read(probe, site, host.ToLowerInvariant(), url, target, 0);
            await ExplainAsync(json, request, context.RequestAborted);
        }
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private async Task ExplainAsync(Utf8JsonWriter json, EdgeRequest request,
        CancellationToken cancellationToken)
    {
        json.WriteString("site", request.Site.Host);
        json.WriteString("access", request.Site.Access.ToString());
        json.WriteString("class", request.Class.ToString());
        json.WriteString("upstreamTarget", request.UpstreamTarget);
        json.WriteString("primaryKey", request.PrimaryKey.ToString());
        json.WriteBoolean("predictedUncacheable", predictor.IsUncacheable(request.PrimaryKey));
        json.WriteBoolean("answeredByFailureMemory", failures.Answer(request.PrimaryKey) is not null);
        var key = request.PrimaryKey;
        var found = await FindAsync(key, cancellationToken);
        if (found.HasObject && found.Head.IsVaryMarker)
        {
            var rule = VaryRule.From(found.Head.Http.Headers);
            var variant = VariantKey.For(rule, request.Context.Request.Headers, request.Site.IsPhotos);
            found.Dispose();
            key = KeyMaker.Variant(request.PrimaryKey, variant);
            json.WriteString("variesOn", string.Join(", ", rule.Fields));
            json.WriteString("variant", variant.Canonical);
            json.WriteString("key", key.ToString());
            found = await FindAsync(key, cancellationToken);
        }
        using (found)
        {
            json.WriteString("tier", found.Tier.ToString().ToLowerInvariant());
            if (found.HasObject)
            {
                WriteObject(json, request, found);
            }
        }
        var last = requests.Newest().FirstOrDefault(record => record.Target == request.UpstreamTarget);
        json.WriteString("lastAnswer", last?.CacheStatus);
        json.WriteString("lastOutcome", last?.Outcome.ToString());
    }

    private void WriteObject(Utf8JsonWriter json, EdgeRequest request, in StoredObject found)
    {
        var (head, lifetimes) = (found.Head, found.Head.Http.Lifetimes);
        var rules = request.Site.RuleOf(head.Class).Store;
        var judgement = Reuse.Judge(head.Http, request.Facts, rules, time.GetUtcNow());
        json.WriteNumber("status", head.Http.Status);
        json.WriteNumber("length", found.Length);
        json.WriteString("etag", head.Http.Headers.First("ETag"));
        json.WriteString("verdict", judgement.Verdict.ToString());
        json.WriteNumber("ageSeconds", judgement.Age.TotalSeconds);
        json.WriteNumber("ttlSeconds", judgement.Ttl.TotalSeconds);
        json.WriteNumber("freshForSeconds", lifetimes.FreshFor.TotalSeconds);
        json.WriteString("freshFrom", lifetimes.Source.ToString());
        json.WriteNumber("initialAgeSeconds", lifetimes.InitialAge.TotalSeconds);
        json.WriteNumber("staleWhileRevalidateSeconds", lifetimes.StaleWhileRevalidate.TotalSeconds);
        json.WriteNumber("staleIfErrorSeconds", lifetimes.StaleIfError.TotalSeconds);
        json.WriteString("receivedAt", head.Http.ResponseTime);
        json.WriteNumber("fillSequence", found.FillSequence);
        json.WriteNumber("horizonSequence", horizon.Sequence);
        json.WriteString("coveredByInvalidation", horizon.Judge(head.Facts, found.FillSequence).ToString());
        json.WriteBoolean("private", head.Facts.IsPrivate);
        json.WriteString("owner", head.Facts.Owner);
        json.WriteNumber("ownerEpoch", head.Facts.OwnerEpoch);
        json.WriteStartArray("tags");
        foreach (var tag in head.Facts.Tags.IsDefault ? [] : head.Facts.Tags)
        {
            json.WriteStringValue(tag);
        }
        json.WriteEndArray();
    }

    private async ValueTask<StoredObject> FindAsync(CacheKey key, CancellationToken cancellationToken) =>
        cache.TryGet(key, out var found) ? found : await cache.ReadLogAsync(key, cancellationToken);
}
