using Flickr.Edge.Peers;

namespace Flickr.Edge.Leases;

/// <summary>What a home says to the sealed messages of other edges.</summary>
internal sealed class LeaseEndpoint(LeaseTable table, Transfers transfers, OnceGuard once, PeerCalls calls)
{
    /// <summary>Answers a message whose seal is good.</summary>
    public async Task AnswerAsync(HttpContext context, string asker, string target)
    {
        var query = context.Request.Query;
        if (!target.StartsWith(LeaseMessage.Path + "?", StringComparison.Ordinal)
            || await WordAsync(query, asker, context.RequestAborted) is not { } word)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers[PeerSeal.AnswerField] =
            $"{word} {calls.Seal!.OfAnswer(context.Request.Headers[PeerSeal.AskField].ToString(), word)}";
    }

    private async Task<string?> WordAsync(IQueryCollection query, string asker, CancellationToken cancellationToken)
    {
        if (query["op"] == "once")
        {
            return LeaseMessage.UseOf(query) is { } use ? once.TakeHere(use).ToString() : null;
        }
        if (query["op"] == "superseded")
        {
            transfers.Supersede(query["holder"].ToString());
            return LeaseMessage.Done;
        }
        // An edge speaks for its own transfers only.
        if (LeaseMessage.ClaimOf(query) is not { } claim
            || !claim.Holder.StartsWith(asker + "/", StringComparison.Ordinal))
        {
            return null;
        }
        switch (query["op"].ToString())
        {
            case "claim":
                var verdict = table.Claim(claim, out var superseded);
                transfers.Supersede(superseded);
                return WordOf(verdict == LeaseVerdict.Granted);
            case "wait":
                var (turn, cut) = await table.WaitAsync(claim, cancellationToken);
                transfers.Supersede(cut);
                return WordOf(turn == LeaseVerdict.Granted);
            case "renew":
                return WordOf(table.Renew(claim));
            case "release":
                table.Release(claim.Viewer, claim.Holder);
                return LeaseMessage.Done;
            default:
                return null;
        }
    }

    private static string WordOf(bool isGranted) => isGranted ? LeaseMessage.Granted : LeaseMessage.Busy;
}
