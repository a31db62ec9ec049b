using System.Globalization;
using Flickr.ControlPlane.Audit;

namespace Flickr.Client;

/// <summary>The control plane's API as operators use it. Thread-safe.</summary>
internal sealed class ControlPlaneClient(Api api) : IDisposable
{
    /// <summary>
    /// Asks Photos where the control plane is, unless the account knows, and speaks to it as operator.
    /// </summary>
    public static Task<ControlPlaneClient> OfAsync(Account account, CancellationToken cancellationToken) =>
        OfAsync(account, account.OperatorKey, cancellationToken);

    /// <summary>The same with the key of another role.</summary>
    public static async Task<ControlPlaneClient> OfAsync(Account account, string key,
        CancellationToken cancellationToken)
    {
        var address = account.ControlPlaneAddress;
        if (address is null)
        {
            using var photos = PhotosClient.Of(account, key: null);
            address = (await photos.ServerAsync(cancellationToken)).ControlPlane;
        }
        return new ControlPlaneClient(new Api(Account.AddressOf(address), key));
    }

    /// <inheritdoc/>
    public void Dispose() => api.Dispose();

    /// <summary>
    /// Appends an invalidation. With a wait, answers when every live edge has acknowledged or the wait is
    /// over.
    /// </summary>
    public Task<Receipt> InvalidateAsync(InvalidationOrder order, TimeSpan? wait,
        CancellationToken cancellationToken) =>
        api.PostAsync("/v1/invalidations" + Wait(wait), order, ClientJson.Default.InvalidationOrder,
            ClientJson.Default.Receipt,
            cancellationToken);

    /// <summary>Keys with their states; never material.</summary>
    public Task<KeyList> KeysAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/keys", ClientJson.Default.KeyList, cancellationToken);

    /// <summary>
    /// Makes a new key that becomes active when every live edge has acknowledged it, or at once when forced.
    /// </summary>
    public Task<RotatedKey> RotateAsync(string algorithm, bool isForced, CancellationToken cancellationToken) =>
        api.PostAsync("/v1/keys/rotate", new RotateOrder(algorithm, isForced), ClientJson.Default.RotateOrder,
            ClientJson.Default.RotatedKey, cancellationToken);

    /// <summary>Makes a key verify nothing any more.</summary>
    public Task<Receipt> RevokeAsync(string kid, TimeSpan? wait, CancellationToken cancellationToken) =>
        api.PostAsync($"/v1/keys/{Uri.EscapeDataString(kid)}/revoke{Wait(wait)}", ClientJson.Default.Receipt,
            cancellationToken);

    /// <summary>Keys that may sign, with private parts.</summary>
    public Task<KeyBundle> MintKeysAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/keys/mint", ClientJson.Default.KeyBundle, cancellationToken);

    /// <summary>Keys that edges verify with.</summary>
    public Task<KeyBundle> VerifyKeysAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/keys/verify", ClientJson.Default.KeyBundle, cancellationToken);

    /// <summary>Edges that hold or held the stream.</summary>
    public Task<MemberList> MembersAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/members", ClientJson.Default.MemberList, cancellationToken);

    /// <summary>A token with which one node joins.</summary>
    public Task<InvitedNode> InviteAsync(InviteOrder order, CancellationToken cancellationToken) =>
        api.PostAsync("/v1/members/invitations", order, ClientJson.Default.InviteOrder, ClientJson.Default.InvitedNode,
            cancellationToken);

    /// <summary>Removes a member by id or name.</summary>
    public Task<Receipt> RemoveAsync(string member, bool isStolen, TimeSpan wait, CancellationToken cancellationToken) =>
        api.DeleteAsync(string.Create(CultureInfo.InvariantCulture,
            $"/v1/members/{Uri.EscapeDataString(member)}?stolen={isStolen}&wait={(long)wait.TotalMilliseconds}"),
            ClientJson.Default.Receipt, cancellationToken);

    /// <summary>Makes edges follow again after the database was restored from an old copy.</summary>
    public Task<HealedLog> HealAsync(long term, long sequence, CancellationToken cancellationToken) =>
        api.PostAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/log/heal?term={term}&sequence={sequence}"),
            ClientJson.Default.HealedLog, cancellationToken);

    /// <summary>A key that mints below a prefix only.</summary>
    public Task<KeyBundle> DeriveAsync(string host, string prefix, CancellationToken cancellationToken) =>
        api.GetAsync($"/v1/keys/mint/derived?host={Uri.EscapeDataString(host)}&prefix={Uri.EscapeDataString(prefix)}",
            ClientJson.Default.KeyBundle, cancellationToken);

    /// <summary>Where the audit log stands, signed.</summary>
    public Task<AuditHead> AuditHeadAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/audit/head", ClientJson.Default.AuditHead, cancellationToken);

    /// <summary>The authority's certificate, PEM.</summary>
    public Task<string> AuthorityAsync(CancellationToken cancellationToken) =>
        api.GetTextAsync("/v1/members/authority", cancellationToken);

    /// <summary>One page of the audit log.</summary>
    public Task<AuditPage> AuditAsync(long after, CancellationToken cancellationToken) =>
        api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/audit?after={after}&limit=1000"),
            ClientJson.Default.AuditPage,
            cancellationToken);

    /// <summary>What the control plane itself says of its audit log.</summary>
    public Task<AuditVerdict> AuditVerdictAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/v1/audit/verify", ClientJson.Default.AuditVerdict, cancellationToken);

    private static string Wait(TimeSpan? wait) => wait is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"?wait={(long)time.TotalMilliseconds}")
        : "";
}
