using System.Diagnostics.CodeAnalysis;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>An answer that came by HttpClient: upstreams over TLS.</summary>
internal sealed class ClientAnswer : UpstreamAnswer
{
    private readonly HttpResponseMessage _response;
    private Stream? _stream;

    /// <param name="response">The answer; owned from here on.</param>
    [SetsRequiredMembers]
    public ClientAnswer(HttpResponseMessage response)
    {
        _response = response;
        Status = (int)response.StatusCode;
        Fields = HeaderBlock.From(response);
        Length = response.Content.Headers.ContentLength;
        HasKnownEnd = Length is not null || response.Headers.TransferEncodingChunked == true
            || response.Version.Major >= 2 || Status is 204 or 304;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            _stream ??= await _response.Content.ReadAsStreamAsync(cancellationToken);
            return await _stream.ReadAsync(into, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public override void Dispose() => _response.Dispose();
}
