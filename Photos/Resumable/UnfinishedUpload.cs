namespace Flickr.Photos.Resumable;

/// <summary>An upload that comes in parts, as it is kept beside its bytes.</summary>
/// <param name="Id">Sortable id.</param>
/// <param name="OwnerId">Whose it is: nobody else knows of it.</param>
/// <param name="Album">Album, as a name that is kept.</param>
/// <param name="Name">File name, as a name that is kept.</param>
/// <param name="Length">Bytes announced.</param>
/// <param name="Metadata">What the client sent as <c>Upload-Metadata</c>.</param>
/// <param name="ExpiresMs">When it is forgotten.</param>
/// <param name="UploadId">The upload that it became; null while it is unfinished.</param>
internal sealed record UnfinishedUpload(
    string Id, string OwnerId, string Album, string Name, long Length, string Metadata, long ExpiresMs, string? UploadId);
