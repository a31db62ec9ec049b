using System.Net;
using Flickr.Edge.Headers;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Peers;

/// <summary>Sends sealed requests to other edges. Thread-safe.</summary>
internal sealed class PeerCalls : IDisposable
{
    private static readonly UriCreationOptions Exact = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private const string MessageHost = "edge";
    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _time;

    public PeerCalls(IOptions<PeerOptions> options, TimeProvider time)
    {
        _time = time;
        Seal = EdgeOptions.KeyOf(options.Value.Key, options.Value.KeyFile) is { } key ? new PeerSeal(key) : null;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = options.Value.ConnectTimeout,
            MaxConnectionsPerServer = options.Value.ConnectionsMax,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20), // below the 30 s of the edge's own listeners
            MaxResponseHeadersLength = 64, // KiB
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => System.Text.Encoding.Latin1,
        });
    }

    /// <summary>The seal of the fleet; null without a secret.</summary>
    public PeerSeal? Seal { get; }

    /// <summary>Sends a request; gives the answer and the ask it is sealed to.</summary>
    /// <exception cref="HttpRequestException">The peer cannot be reached.</exception>
    public async Task<(HttpResponseMessage Response, string Ask)> SendAsync(PeerNode node, string self,
        PeerQuestion question, HeaderBlock fields, StringValues loop, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(question.Method),
            new Uri(node.Address + question.Target, Exact))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var ask = Seal!.Ask(self, node.Name, _time.GetUtcNow(), question);
        foreach (var line in fields)
        {
            request.Headers.TryAddWithoutValidation(line.Name, line.Value);
        }
        request.Headers.TryAddWithoutValidation("CDN-Loop", CdnLoop.Append(loop, Fetch.Fetcher.CdnId));
        request.Headers.TryAddWithoutValidation(PeerSeal.AskField, ask);
        request.Headers.Host = question.Host;
        node.State.Load.Enter();
        try
        {
            return (await _client.SendAsync(request, cancellationToken), ask);
        }
        catch
        {
            node.State.Load.Leave();
            throw;
        }
    }

    /// <summary>
    /// Sends a message without a body and gives the sealed word that answers it; null when none came in time. Never
    /// throws but for <paramref name="cancellationToken"/>.
    /// </summary>
    public async Task<string?> PostAsync(PeerNode node, string self, string target, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        if (Seal is null)
        {
            return null;
        }
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var (response, ask) = await SendAsync(node, self,
                new PeerQuestion(HttpMethods.Post, MessageHost, target, PeerFills.ConditionsOf(null, null)),
                HeaderBlock.Empty, StringValues.Empty, either.Token);
            node.State.Load.Leave();
            using (response)
            {
                return response.Headers.TryGetValues(PeerSeal.AnswerField, out var fields)
                    && fields.First().Split(' ') is [var word, var seal] && PeerSeal.IsSame(seal, Seal.OfAnswer(ask, word))
                    ? word : null;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
