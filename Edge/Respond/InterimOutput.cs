using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Flickr.Edge.Upstream;

namespace Flickr.Edge.Respond;

/// <summary>
/// Writes interim answers to an HTTP/1.1 client. Kestrel has no way to say 102 or 103, but before an answer has
/// begun nothing of its own is on the connection's output, so a whole interim head may go there. Only on the
/// request's own turn, before its answer, and for requests without content, whose 100 Continue is Kestrel's.
/// </summary>
internal sealed class InterimOutput(PipeWriter output)
{
    /// <summary>The output of a request that may be told; null for HTTP/2, HTTP/1.0, content, or an answer
    /// that has begun.</summary>
    public static InterimOutput? Of(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && !context.Response.HasStarted
        && context.Request.ContentLength is null or 0 && !context.Request.Headers.ContainsKey("Transfer-Encoding")
            ? context.Features.Get<InterimOutput>()
            : null;

    /// <summary>Sends one.</summary>
    public async ValueTask SendAsync(InterimAnswer interim)
    {
        var head = new StringBuilder("HTTP/1.1 ").Append(interim.Status).Append(' ')
            .Append(interim.Status == 103 ? "Early Hints" : interim.Status == 102 ? "Processing" : "Interim")
            .Append("\r\n");
        foreach (var line in interim.Fields)
        {
            // Framing is of the final answer alone: here it could only mislead.
            if (!line.Is("Content-Length"))
            {
                head.Append(line.Name).Append(": ").Append(line.Value).Append("\r\n");
            }
        }
        head.Append("\r\n");
        var bytes = Encoding.Latin1.GetBytes(head.ToString());
        output.Write(bytes);
        await output.FlushAsync();
    }
}
