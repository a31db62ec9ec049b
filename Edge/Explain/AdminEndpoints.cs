using Flickr.Edge.Purge;

namespace Flickr.Edge.Explain;

/// <summary>What the admin listener answers beside metrics and health.</summary>
internal sealed class AdminEndpoints(PurgeEndpoint purge)
{
    /// <summary>Answers when the path is one of ours.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value, context.Request.Method)
        {
            case ("/purge", "POST"):
                await purge.AnswerAsync(context);
                return true;
            default:
                return false;
        }
    }
}
