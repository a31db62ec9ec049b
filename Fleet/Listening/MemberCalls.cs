using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Flickr.Listening;

/// <summary>What a node asks of the control plane as a member, and to become one.</summary>
internal sealed class MemberCalls(NodeIdentity identity) : IDisposable
{
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(10);
    private HttpClient? _member;

    /// <summary>
    /// Joins: asks for the authority, compares it with the token's fingerprint, and only then, over a connection that
    /// this authority vouches for, shows the secret.
    /// </summary>
    /// <exception cref="JoinRefusedException">The token or the authority is not the right one: trying again is in
    /// vain.</exception>
    /// <exception cref="HttpRequestException">No answer.</exception>
    public async Task JoinAsync(string address, JoinToken token, string role, string name,
        CancellationToken cancellationToken)
    {
        var (handler, trust) = identity.NewJoinHandler();
        using var client = new HttpClient(handler) { Timeout = CallMax, MaxResponseContentBufferSize = 64 << 10 };
        var authority = await FetchAuthorityAsync(client, address, cancellationToken);
        if (JoinToken.FingerprintOf(authority) != token.Fingerprint)
        {
            throw new JoinRefusedException("the control plane's authority is not the one that the token names");
        }
        trust.Pin(authority);
        using var key = identity.OpenKey();
        var order = new JoinOrder(token.Id, token.Secret, role, name, RequestFor(key));
        using var answer = await client.PostAsJsonAsync($"{address}/v1/members/join", order, JsonSerializerOptions.Web,
            cancellationToken);
        identity.Keep((await ReadAsync(answer, cancellationToken)).Certificate, authority);
    }

    /// <summary>Renews the certificate for the same key, by the certificate that still holds.</summary>
    /// <exception cref="JoinRefusedException">The member was removed.</exception>
    public async Task RenewAsync(string address, CancellationToken cancellationToken)
    {
        using var key = identity.OpenKey();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CallMax);
        using var answer = await Member.PostAsJsonAsync($"{address}/v1/members/renew", new RenewOrder(RequestFor(key)),
            JsonSerializerOptions.Web, limit.Token);
        identity.Keep((await ReadAsync(answer, limit.Token)).Certificate, identity.Authority!);
    }

    /// <summary>Who was removed after a sequence; waits for news up to <paramref name="wait"/>.</summary>
    public async Task<RemovedMembers.Page> RemovedAsync(string address, long after, TimeSpan wait,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(wait + CallMax);
        return await Member.GetFromJsonAsync<RemovedMembers.Page>(
            $"{address}/v1/members/removed?after={after}&wait={(long)wait.TotalMilliseconds}",
            JsonSerializerOptions.Web, limit.Token) ?? throw new HttpRequestException("the control plane answered null");
    }

    /// <inheritdoc />
    public void Dispose() => _member?.Dispose();

    private HttpClient Member => _member ??= new HttpClient(identity.NewHandler("control-plane"))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static async Task<X509Certificate2> FetchAuthorityAsync(HttpClient client, string address,
        CancellationToken cancellationToken)
    {
        var pem = await client.GetStringAsync($"{address}/v1/members/authority", cancellationToken);
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException fault)
        {
            throw new JoinRefusedException("the control plane's authority cannot be read", fault);
        }
    }

    private static string RequestFor(ECDsa key) => Convert.ToBase64String(
        new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256).CreateSigningRequest());

    private static async Task<Issued> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
        {
            throw new JoinRefusedException($"the control plane answered {(int)answer.StatusCode} "
                + await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<Issued>(JsonSerializerOptions.Web, cancellationToken)
            ?? throw new HttpRequestException("the control plane answered null");
    }

    /// <summary>Body of a join.</summary>
    public sealed record JoinOrder(string Id, string Secret, string Role, string Name, string Request);

    /// <summary>Body of a renewal.</summary>
    public sealed record RenewOrder(string Request);

    /// <summary>Answer to both: the certificate as PEM.</summary>
    public sealed record Issued(string Certificate, string Id, string Name, long NotAfterMs);
}

/// <summary>The control plane, or this node, refuses the join for good.</summary>
internal sealed class JoinRefusedException(string message, Exception? inner = null) : Exception(message, inner);
