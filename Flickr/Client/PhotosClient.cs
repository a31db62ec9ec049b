using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Flickr.Client;

/// <summary>The photo service's API as this command uses it. Thread-safe.</summary>
internal sealed class PhotosClient(Api api) : IDisposable
{
    private static readonly TimeSpan UploadLimit = TimeSpan.FromHours(6);

    /// <summary>Speaks to the account's server with the given key; null for calls that need none.</summary>
    public static PhotosClient Of(Account account, string? key) => new(new Api(account.Server, key));

    /// <inheritdoc/>
    public void Dispose() => api.Dispose();

    /// <summary>Version and public addresses of the installation.</summary>
    public Task<ServerInfo> ServerAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/api/v1/server", ClientJson.Default.ServerInfo, cancellationToken);

    /// <summary>Makes an account (operator key) and returns its first API key.</summary>
    public Task<NewUser> AddUserAsync(string name, string password, CancellationToken cancellationToken) =>
        api.PostAsync("/api/v1/users", new NameAndPassword(name, password),
            ClientJson.Default.NameAndPassword,
            ClientJson.Default.NewUser, cancellationToken);

    /// <summary>Makes an API key for an account by its password.</summary>
    public Task<NewKey> NewKeyAsync(string label, string name, string password,
        CancellationToken cancellationToken) =>
        api.PostAsync("/api/v1/keys", new KeyRequest(label, name, password), ClientJson.Default.KeyRequest,
            ClientJson.Default.NewKey, cancellationToken);

    /// <summary>The account that the key belongs to.</summary>
    public Task<OwnAccount> MeAsync(CancellationToken cancellationToken) =>
        api.GetAsync("/api/v1/me", ClientJson.Default.OwnAccount, cancellationToken);

    /// <summary>Sends one file; the answer says what the server received.</summary>
    /// <param name="album">Album name.</param>
    /// <param name="name">File name in the album.</param>
    /// <param name="content">The bytes, with their length.</param>
    public Task<UploadState> UploadAsync(string album, string name, HttpContent content,
        CancellationToken cancellationToken)
    {
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/octet-stream");
        var request = new HttpRequestMessage(HttpMethod.Post, api.At(
            $"/api/v1/uploads?album={Uri.EscapeDataString(album)}&name={Uri.EscapeDataString(name)}"))
        { Content = content };
        // A busy or unwilling server can say so before the bytes are sent.
        request.Headers.ExpectContinue = true;
        return api.SendAsync(request, ClientJson.Default.UploadState, UploadLimit, cancellationToken);
    }

    /// <summary>Where the service is.</summary>
    public Uri Server => api.At("/");

    /// <summary>Begins an upload in parts.</summary>
    public Task<UploadPart> BeginPartsAsync(string album, string name, long length, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, api.At("/api/v1/tus"));
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata", $"album {Base64(album)},name {Base64(name)}");
        return PartAsync(request, null, Api.ShortCall, cancellationToken);
    }

    /// <summary>How far an upload in parts is.</summary>
    public Task<UploadPart> FindPartAsync(string location, CancellationToken cancellationToken) =>
        PartAsync(new HttpRequestMessage(HttpMethod.Head, api.At(location)), location, Api.ShortCall, cancellationToken);

    /// <summary>Sends what is missing of an upload in parts.</summary>
    public Task<UploadPart> AppendPartAsync(UploadPart part, HttpContent content, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, api.At(part.Location)) { Content = content };
        request.Headers.Add("Upload-Offset", part.Offset.ToString(CultureInfo.InvariantCulture));
        return PartAsync(request, part.Location, UploadLimit, cancellationToken);
    }

    /// <summary>A link with which an account's password is set anew (operator key).</summary>
    public Task<PasswordReset> ResetPasswordAsync(string name, CancellationToken cancellationToken) =>
        api.PostAsync($"/api/v1/operator/users/{Uri.EscapeDataString(name)}/reset", ClientJson.Default.PasswordReset,
            cancellationToken);

    private async Task<UploadPart> PartAsync(
        HttpRequestMessage request, string? location, TimeSpan limit, CancellationToken cancellationToken)
    {
        request.Headers.Add("Tus-Resumable", "1.0.0");
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(limit);
        try
        {
            using var answer = await api.SendAsync(request, clock.Token);
            return new UploadPart(
                location ?? answer.Headers.Location?.ToString() ?? throw new IOException("the server did not say where"),
                long.Parse(Header(answer, "Upload-Offset") ?? "0", CultureInfo.InvariantCulture), Header(answer, "Flickr-Upload"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.RequestUri} did not answer within {limit.TotalSeconds:0} s");
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>How far an upload is.</summary>
    public Task<UploadState> UploadStateAsync(string id, CancellationToken cancellationToken) =>
        Get($"/api/v1/uploads/{Uri.EscapeDataString(id)}", ClientJson.Default.UploadState, cancellationToken);

    /// <summary>Own albums, or the public ones of another owner.</summary>
    public Task<AlbumList> AlbumsAsync(string? owner, CancellationToken cancellationToken) =>
        Get("/api/v1/albums" + (owner is null ? "" : "?owner=" + Uri.EscapeDataString(owner)),
            ClientJson.Default.AlbumList, cancellationToken);

    /// <summary>One page of an album.</summary>
    public Task<PhotoPage> PhotosAsync(string album, string? owner, string? after,
        CancellationToken cancellationToken)
    {
        var query = "?limit=100" + (owner is null ? "" : "&owner=" + Uri.EscapeDataString(owner)) +
            (after is null ? "" : "&after=" + Uri.EscapeDataString(after));
        return Get($"/api/v1/albums/{Uri.EscapeDataString(album)}/photos{query}",
            ClientJson.Default.PhotoPage, cancellationToken);
    }

    /// <summary>A short-lived address of an original, with what its bytes must be.</summary>
    public Task<OriginalAddress> OriginalAsync(string photoId, CancellationToken cancellationToken) =>
        api.PostAsync($"/api/v1/photos/{Uri.EscapeDataString(photoId)}/original",
            ClientJson.Default.OriginalAddress,
            cancellationToken);

    private Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        api.GetAsync(path, type, cancellationToken);
}
