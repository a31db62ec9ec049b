using Flickr.Edge.Cache;
using Flickr.Edge.Collapse;
using Flickr.Edge.Fetch;
using Flickr.Edge.Freshness;
using Flickr.Fleet.Invalidations;

namespace Flickr.Edge.Respond;

/// <summary>
/// What the answer to a HEAD does to the stored answer of a GET (RFC 9111 4.3.5): it renews its fields, or, when it
/// speaks of other bytes, takes it out.
/// </summary>
internal sealed class HeadUpdates(ObjectCache cache, InvalidationHorizon horizon)
{
    /// <summary>Takes a 200 to a HEAD into account.</summary>
    /// <param name="request">The request; its key is the variant's.</param>
    /// <param name="exchange">The answer.</param>
    /// <param name="fillSequence">Invalidation sequence read before the upstream was asked.</param>
    public void Take(EdgeRequest request, Exchange exchange, long fillSequence)
    {
        if (exchange.Status != StatusCodes.Status200OK || !cache.TryGet(request.Key, out var found))
        {
            return;
        }
        using (found)
        {
            var old = found.Head;
            if (old.IsVaryMarker || old.Http.Status != StatusCodes.Status200OK
                || horizon.Judge(old.Facts, fillSequence) == Coverage.Hard)
            {
                return;
            }
            var rules = request.Site.RuleOf(request.Class).Store;
            var http = StoredUpdate.FromHead(old.Http, exchange.Headers, request.Facts, rules,
                exchange.RequestTime, exchange.ResponseTime, out var decision);
            if (http is null || !decision.IsStored)
            {
                cache.Remove(found, request.Key);
                return;
            }
            var facts = FillHead.FactsOf(request.Site, request.Address, http, horizon);
            cache.TryRefresh(found, old with { Http = http, Facts = facts }, fillSequence);
        }
    }
}
