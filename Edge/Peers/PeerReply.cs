using Flickr.Edge.Cache;
using Flickr.Edge.Conditions;
using Flickr.Edge.Respond;

namespace Flickr.Edge.Peers;

/// <summary>
/// One ask of another edge that is being answered: writes what was found for an edge instead of for a client. One
/// thread.
/// </summary>
internal sealed class PeerReply(PeerSeal seal, string ask, long term, bool isHot)
{
    /// <summary>How it was answered.</summary>
    public PeerReplyResult Result { get; private set; } = PeerReplyResult.Declined;

    /// <summary>
    /// Writes the head of the answer. True when the body is to follow; false when there is none, for the peer holds it
    /// or the head cannot be handed on.
    /// </summary>
    public bool WriteHead(EdgeRequest request, ObjectHead head, long? length, long fillSequence)
    {
        var isMatch = Conditional.Judge(request.Facts, head.Http) == ConditionVerdict.NotModified;
        var field = new PeerAnswerHead(head.Http, isMatch, fillSequence, term, isHot).Write(seal, ask);
        var response = request.Context.Response;
        if (field is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return false;
        }
        Result = isMatch ? PeerReplyResult.Match : PeerReplyResult.Object;
        response.Headers[PeerSeal.AnswerField] = field;
        if (isMatch || head.Http.Status is 204 or 304)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return false;
        }
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentLength = length;
        return true;
    }

    /// <summary>Says that there is nothing to hand on.</summary>
    public static void Decline(EdgeRequest request)
    {
        request.Outcome = AnswerOutcome.Refused;
        request.Context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
