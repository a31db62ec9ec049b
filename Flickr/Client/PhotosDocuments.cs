using System.Text.Json;

namespace Flickr.Client;

internal sealed record ProblemDocument(string? Type, string? Title, string? Detail);

internal sealed record ServerInfo(string Version, string Edge, string ControlPlane);

internal sealed record NameAndPassword(string Name, string Password);

internal sealed record NewUser(string Id, string Name, string Key);

internal sealed record KeyRequest(string Label, string? Name, string? Password);

internal sealed record NewKey(string Key);

/// <summary>A link to a new password.</summary>
internal sealed record PasswordReset(string Url, long ExpiresMs);

internal sealed record OwnAccount(string Id, string Name, string Visibility);

/// <summary>
/// An upload as the photo service tells it; <c>Problem</c> is a text or a problem document.
/// </summary>
internal sealed record UploadState(
    string Id, string State, string? Digest, string? DuplicateOf, string? Step, string? PhotoId,
        JsonElement? Problem,
    int? QueuePosition)
{
    /// <summary>Whether nothing will change any more.</summary>
    public bool IsFinal => State is "published" or "failed";

    /// <summary>The problem in words, or null.</summary>
    public string? ProblemText => Problem switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } document =>
            Member(document, "detail") ?? Member(document, "title") ?? Member(document, "type"),
        _ => null,
    };

    private static string? Member(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}

internal sealed record AlbumList(IReadOnlyList<Album> Albums);

internal sealed record Album(string Name, string? Title, int Count);

internal sealed record PhotoPage(string Owner, string Album, string? Token, IReadOnlyList<Photo> Items,
    string? Next);

internal sealed record Photo(
    string Id, string Name, string? Title, int? Width, int? Height, string? Visibility, string? State,
        Rendition? Thumbnail,
    Rendition? Hd);

internal sealed record Rendition(string Url, int? Width, int? Height);

internal sealed record OriginalAddress(string Url, string Digest, long Length, string Name);
