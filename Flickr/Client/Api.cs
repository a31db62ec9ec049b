using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Flickr.Client;

/// <summary>
/// JSON over HTTP to one program: adds the bearer key, turns refusals into <see cref="ProblemException"/>,
/// and gives every short call a time limit. Never follows a redirect, so that a key is only ever sent to the
/// address that was asked for. Thread-safe.
/// </summary>
internal sealed class Api : IDisposable
{
    private const int ProblemBytesMax = 64 * 1024;
    private const string ProblemPrefix = "urn:flickr:problem:";

    /// <summary>Time limit of a call that only carries JSON.</summary>
    public static readonly TimeSpan ShortCall = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string? _key;

    /// <param name="address">Address of the program, e.g. <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="key">Bearer key; null sends none.</param>
    public Api(Uri address, string? key)
    {
        _address = address;
        _key = key;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        // No form of another site can send this header; Photos asks for it on calls without a key.
        _http.DefaultRequestHeaders.Add("Flickr-Request", "1");
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("flickr", Version));
    }

    /// <summary>Version of this command.</summary>
    public static string Version { get; } = typeof(Api).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Asks for a document.</summary>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, At(path)), type, ShortCall, cancellationToken);

    /// <summary>Posts a document and reads the answer.</summary>
    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, At(path))
        {
            Content = JsonContent.Create(body, bodyType),
        },
            type, ShortCall, cancellationToken);

    /// <summary>Posts without a body.</summary>
    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, At(path)), type, ShortCall, cancellationToken);

    /// <summary>Deletes, and reads what the answer says of it.</summary>
    public Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, At(path)), type, ShortCall, cancellationToken);

    /// <summary>Asks for a text.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, At(path)), cancellationToken);
        await answer.Content.LoadIntoBufferAsync(ProblemBytesMax, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>
    /// Sends a request and reads a document; <paramref name="limit"/> covers the whole exchange.
    /// </summary>
    /// <exception cref="ProblemException">The server refused.</exception>
    /// <exception cref="TimeoutException">The limit passed.</exception>
    public async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(limit);
        try
        {
            using var answer = await SendAsync(request, clock.Token);
            return await answer.Content.ReadFromJsonAsync(type, clock.Token)
                ?? throw new JsonException($"{request.RequestUri} answered null");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{request.RequestUri} did not answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>
    /// Sends a request and hands the successful answer over with its body unread; the caller disposes it.
    /// </summary>
    /// <exception cref="ProblemException">The server refused.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        using (request)
        {
            if (_key is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
            }
            var answer =
                await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }
            using (answer)
            {
                throw await ProblemOfAsync(answer, cancellationToken);
            }
        }
    }

    /// <summary>The address of a path of this program.</summary>
    public Uri At(string path) => new(_address, path);

    /// <summary>Reads a refusal; the caller disposes the answer.</summary>
    public static async Task<ProblemException> ProblemOfAsync(HttpResponseMessage answer,
        CancellationToken cancellationToken)
    {
        var (name, title, detail) = await ReadProblemAsync(answer, cancellationToken);
        if (name is null && answer.StatusCode is >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest)
        {
            title = $"{answer.RequestMessage?.RequestUri} redirects to {answer.Headers.Location}; use that address";
        }
        return new ProblemException(answer.StatusCode, name, title, detail, RetryAfterOf(answer));
    }

    private static async Task<(string? Name, string? Title, string? Detail)> ReadProblemAsync(
        HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return default;
        }
        try
        {
            await answer.Content.LoadIntoBufferAsync(ProblemBytesMax, cancellationToken);
            var problem =
                await answer.Content.ReadFromJsonAsync(ClientJson.Default.ProblemDocument, cancellationToken);
            var name = problem?.Type is { } type && type.StartsWith(ProblemPrefix, StringComparison.Ordinal)
                ? type[ProblemPrefix.Length..]
                : problem?.Type;
            return (name, problem?.Title, problem?.Detail);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException)
        {
            return (null, null, "and its explanation could not be read");
        }
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - TimeProvider.System.GetUtcNow() is var wait && wait > TimeSpan.Zero
            ? wait : TimeSpan.Zero,
        _ => null,
    };
}
