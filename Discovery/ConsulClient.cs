using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flickr.Discovery;

/// <summary>
/// The calls of Consul's HTTP API that we need: register, look up, drop, and the health query (HashiCorp, Consul
/// HTTP API, "Agent: Services", "Health", "Blocking queries"). Thread-safe.
/// </summary>
internal sealed partial class ConsulClient : IDisposable
{
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(10);
    private readonly HttpClient _http;
    private readonly string _datacenter;

    /// <exception cref="IOException">The file of the token or of the authorities cannot be read.</exception>
    public ConsulClient(ConsulOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        if (options.CaFile.Length > 0)
        {
            handler.SslOptions.CertificateChainPolicy = PolicyOf(options.CaFile);
        }
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri(options.Address.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.ReadToken() is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Add("X-Consul-Token", token);
        }
        _datacenter = options.Datacenter;
    }

    /// <summary>
    /// The instances whose checks pass. With <paramref name="index"/> above 0 the answer comes when something
    /// is newer than that, or after <paramref name="wait"/> and up to a sixteenth more. Any server may answer,
    /// with a leader or without one: an old address is better than none.
    /// </summary>
    /// <exception cref="HttpRequestException">Not reached, or not 200, or no answer in JSON.</exception>
    /// <exception cref="TimeoutException">Silent for longer than it promised.</exception>
    public async Task<HealthAnswer> HealthyAsync(
        string service, ulong index, TimeSpan wait, CancellationToken cancellationToken)
    {
        var target = $"v1/health/service/{Uri.EscapeDataString(service)}?passing=true&stale=";
        if (index > 0)
        {
            target += string.Create(CultureInfo.InvariantCulture,
                $"&index={index}&wait={(long)Math.Ceiling(wait.TotalMilliseconds)}ms");
        }
        using var response = await SendAsync(
            HttpMethod.Get, target, null, CallTimeMax + wait + (wait / 16), cancellationToken);
        ThrowUnlessSuccess(response);
        try
        {
            var entries = await response.Content.ReadFromJsonAsync(ConsulJson.Default.HealthEntryArray, cancellationToken);
            return new HealthAnswer(IndexOf(response), [.. (entries ?? []).Select(InstanceOf).OfType<ServiceInstance>()
                .OrderBy(instance => instance.Id, StringComparer.Ordinal)]);
        }
        catch (JsonException broken)
        {
            throw new HttpRequestException("Consul's answer is not what its documentation says", broken);
        }
    }

    /// <summary>Announces a program to the agent, or changes how it is announced.</summary>
    /// <exception cref="HttpRequestException">The agent is not reached or refuses.</exception>
    /// <exception cref="TimeoutException">The agent is silent.</exception>
    public async Task RegisterAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        var body = new RegistrationBody(
            registration.Id, registration.Name, registration.Address.DnsSafeHost, registration.Address.Port,
            new Dictionary<string, string> { [SchemeMeta] = registration.Address.Scheme },
            new CheckBody($"{registration.Name} is ready", registration.Check.AbsoluteUri,
                Seconds(registration.CheckInterval), "2s", Seconds(registration.ForgetAfter)));
        using var content = JsonContent.Create(body, ConsulJson.Default.RegistrationBody);
        using var response = await SendAsync(HttpMethod.Put, "v1/agent/service/register?replace-existing-checks=true",
            content, CallTimeMax, cancellationToken);
        ThrowUnlessSuccess(response);
    }

    /// <summary>Whether the agent knows a program by this id.</summary>
    /// <exception cref="HttpRequestException">The agent is not reached or refuses.</exception>
    /// <exception cref="TimeoutException">The agent is silent.</exception>
    public async Task<bool> IsKnownAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "v1/agent/service/" + Uri.EscapeDataString(id), null,
            CallTimeMax, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        ThrowUnlessSuccess(response);
        return true;
    }

    /// <summary>Takes the announcement back. An unknown id is no error.</summary>
    /// <exception cref="HttpRequestException">The agent is not reached or refuses.</exception>
    /// <exception cref="TimeoutException">The agent is silent.</exception>
    public async Task DeregisterAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Put,
            "v1/agent/service/deregister/" + Uri.EscapeDataString(id), null, CallTimeMax, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            ThrowUnlessSuccess(response);
        }
    }

    public void Dispose() => _http.Dispose();

    private const string SchemeMeta = "scheme";

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, HttpContent? content,
        TimeSpan timeMax, CancellationToken cancellationToken)
    {
        if (_datacenter.Length > 0 && method == HttpMethod.Get && target.Contains('?', StringComparison.Ordinal))
        {
            target += "&dc=" + Uri.EscapeDataString(_datacenter);
        }
        using var request = new HttpRequestMessage(method, target) { Content = content };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeMax);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Consul did not answer within {timeMax.TotalSeconds:0} s");
        }
    }

    private static void ThrowUnlessSuccess(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"Consul answered {(int)response.StatusCode}"
                + (response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized
                    ? $": its token must allow this (setting {ConsulOptions.Section}:TokenFile)" : ""),
                null, response.StatusCode);
        }
    }

    /// <summary>The index, never 0: asking with 0 does not block, and a loop over it would never rest.</summary>
    private static ulong IndexOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Consul-Index", out var values)
        && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? Math.Max(index, 1) : 1;

    /// <summary>Null for an entry without an address: it cannot be reached.</summary>
    private static ServiceInstance? InstanceOf(HealthEntry entry)
    {
        var host = entry.Service.Address is { Length: > 0 } own ? own : entry.Node?.Address ?? "";
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('['))
        {
            host = $"[{host}]";
        }
        var scheme = entry.Service.Meta?.GetValueOrDefault(SchemeMeta) is "https" ? "https" : "http";
        return Uri.TryCreate(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{entry.Service.Port}"),
            UriKind.Absolute, out var address) ? new ServiceInstance(entry.Service.Id, address) : null;
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(time.TotalSeconds)}s");

    private static X509ChainPolicy PolicyOf(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return policy;
    }

    internal sealed record HealthEntry(NodePart? Node, ServicePart Service);

    internal sealed record NodePart(string? Address);

    internal sealed record ServicePart(
        [property: JsonPropertyName("ID")] string Id, string? Address, int Port, Dictionary<string, string>? Meta);

    internal sealed record RegistrationBody([property: JsonPropertyName("ID")] string Id, string Name, string Address,
        int Port, Dictionary<string, string> Meta, CheckBody Check);

    internal sealed record CheckBody(string Name, [property: JsonPropertyName("HTTP")] string Http, string Interval,
        string Timeout, string DeregisterCriticalServiceAfter);

    [JsonSerializable(typeof(HealthEntry[]))]
    [JsonSerializable(typeof(RegistrationBody))]
    internal sealed partial class ConsulJson : JsonSerializerContext;
}
