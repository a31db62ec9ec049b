using System.Net;
using Flickr.Edge.Collapse;

namespace Flickr.Edge.Upstream;

/// <summary>Asks upstreams over TLS, on the cluster's HttpClient. Interim answers are lost there.</summary>
internal static class ClientExchange
{
    // Exact bytes: Uri would otherwise unescape and re-escape what was signed and keyed.
    private static readonly UriCreationOptions Exact = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Asks, and waits for the head.</summary>
    /// <param name="client">YARP's client of the cluster.</param>
    /// <param name="address">Address of the replica, without a path.</param>
    /// <param name="request">What to ask; an empty host leaves it to the client.</param>
    /// <param name="cancellationToken">Ends the waiting for the head.</param>
    public static async ValueTask<UpstreamResult> SendAsync(HttpMessageInvoker client, string address,
        UpstreamRequest request, CancellationToken cancellationToken)
    {
        using var message = MessageOf(address, request);
        try
        {
            var response = await client.SendAsync(message, cancellationToken);
            if (!IsFramedTwice(response))
            {
                return new UpstreamResult(new ClientAnswer(response), FillFault.None);
            }
            response.Dispose();
            return new UpstreamResult(null, FillFault.Malformed);
        }
        catch (HttpRequestException exception)
        {
            return new UpstreamResult(null, FaultOf(exception.HttpRequestError));
        }
    }

    private static HttpRequestMessage MessageOf(string address, UpstreamRequest request)
    {
        var message = new HttpRequestMessage(
            HttpMethod.Parse(request.Method), new Uri(address + request.Target, Exact))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = request.Content is { } content ? new StreamContent(content) : null,
        };
        if (request.Host.Length > 0)
        {
            message.Headers.Host = request.Host;
        }
        foreach (var line in request.Fields)
        {
            if (!message.Headers.TryAddWithoutValidation(line.Name, line.Value))
            {
                message.Content?.Headers.TryAddWithoutValidation(line.Name, line.Value);
            }
        }
        return message;
    }

    private static FillFault FaultOf(HttpRequestError error) => error switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError => FillFault.Connect,
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
            FillFault.Malformed,
        _ => FillFault.Reset,
    };

    /// <summary>
    /// A length beside chunks: two readings of one body, the raw material of response splitting.
    /// </summary>
    private static bool IsFramedTwice(HttpResponseMessage response) =>
        response.Headers.NonValidated.Contains("Transfer-Encoding")
        && response.Content.Headers.NonValidated.Contains("Content-Length");
}
