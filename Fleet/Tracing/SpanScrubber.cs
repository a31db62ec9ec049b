using System.Diagnostics;
using OpenTelemetry;

namespace Flickr.Tracing;

/// <summary>Takes out of a span what may hold a token: the query of an address.</summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        data.SetTag("url.query", null);
        foreach (var name in (string[])["url.full", "http.url", "http.target"])
        {
            if (data.GetTagItem(name) is string address && address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at)
            {
                data.SetTag(name, address[..at]);
            }
        }
    }
}
