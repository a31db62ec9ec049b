using Flickr.Edge.Sites;
using Flickr.Tokens;

namespace Flickr.Edge.Access;

/// <summary>
/// The way of a request's token to the <see cref="Gatekeeper"/>: tokens it remembers go straight in; others are looked at
/// only while their source has refusals left, and those that cost a public-key signature a few at a time.
/// Thread-safe.
/// </summary>
internal sealed class TokenDoor(Gatekeeper gatekeeper, RefusalBudget budget, SignatureLane lane, DoorMetrics metrics)
{
    /// <summary>Judges the request's token. Sets grant or anonymity on the request.</summary>
    public ValueTask<AccessVerdict> AdmitAsync(EdgeRequest request)
    {
        if (request.Site.Access == SiteAccess.Public)
        {
            return ValueTask.FromResult(AccessVerdict.Granted);
        }
        var found = TokenCarrier.Find(request.Target, request.Context.Request.Headers.Cookie, out var token);
        return found == TokenVerdict.Missing || (found == TokenVerdict.Valid
            && gatekeeper.Remembers(token, request.Host))
                ? ValueTask.FromResult(gatekeeper.Admit(request, found, token, out _))
                : StrangerAsync(request, found, token);
    }

    private async ValueTask<AccessVerdict> StrangerAsync(EdgeRequest request, TokenVerdict found, PresentedToken token)
    {
        var source = request.Context.Connection.RemoteIpAddress;
        if (budget.IsSpent(source))
        {
            metrics.OutOfBudget();
            return AccessVerdict.Throttled;
        }
        var isDear = found == TokenVerdict.Valid && token.Form == TokenForm.Jwt;
        if (isDear && !await lane.TryEnterAsync(request.Context.RequestAborted))
        {
            metrics.LaneFull();
            return AccessVerdict.Busy;
        }
        try
        {
            // Who waited while others of the source were refused has no more left than they.
            if (isDear && budget.IsSpent(source))
            {
                metrics.OutOfBudget();
                return AccessVerdict.Throttled;
            }
            var answer = gatekeeper.Admit(request, found, token, out var verdict);
            if (IsForged(verdict))
            {
                budget.Charge(source);
            }
            return answer;
        }
        finally
        {
            if (isDear)
            {
                lane.Leave();
            }
        }
    }

    /// <summary>
    /// What no minted token comes to. One that has expired, or is for something else, costs its client nothing: a page left
    /// open shows hundreds of them.
    /// </summary>
    private static bool IsForged(TokenVerdict verdict) => verdict is TokenVerdict.BadSignature
        or TokenVerdict.Malformed or TokenVerdict.UnknownKey or TokenVerdict.WrongAlgorithm or TokenVerdict.TooLarge
        or TokenVerdict.Ambiguous;
}
