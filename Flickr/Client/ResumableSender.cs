using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.Client;

/// <summary>
/// Sends one large file in parts (tus 1.0.0) and goes on where it was cut, in this run or in a later one: the address of
/// the unfinished upload is kept in a small file until it has ended.
/// </summary>
internal sealed class ResumableSender(PhotosClient photos, ITransferView view, string stateFolder)
{
    /// <summary>Files above this go in parts; a smaller one is sooner sent again than asked about.</summary>
    public const long AboveBytes = 16_000_000;

    /// <summary>
    /// One try. Throws as a plain upload does; the next try goes on at the server's offset. Null when the server has no
    /// such uploads.
    /// </summary>
    public async Task<UploadState?> SendAsync(FileInfo file, string album, CancellationToken cancellationToken)
    {
        var memory = Path.Combine(Directory.CreateDirectory(stateFolder).FullName, KeyOf(file, album));
        var part = File.Exists(memory)
            ? await FindAsync(await File.ReadAllTextAsync(memory, cancellationToken), cancellationToken) : null;
        if (part is null)
        {
            try
            {
                part = await photos.BeginPartsAsync(album, file.Name, file.Length, cancellationToken);
            }
            catch (ProblemException none) when (none.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                return null;
            }
            await File.WriteAllTextAsync(memory, part.Location, cancellationToken);
        }
        else
        {
            view.Says(file.Name, $"goes on at byte {part.Offset}");
        }
        if (part.UploadId is null)
        {
            using var content = new FilePartContent(file, part.Offset, bytes => view.Moved(file.Name, bytes));
            part = await photos.AppendPartAsync(part, content, cancellationToken);
        }
        var state = await photos.UploadStateAsync(
            part.UploadId ?? throw new IOException("the server took less than it was sent"), cancellationToken);
        File.Delete(memory);
        return state;
    }

    private async Task<UploadPart?> FindAsync(string location, CancellationToken cancellationToken)
    {
        try
        {
            return await photos.FindPartAsync(location, cancellationToken);
        }
        catch (ProblemException gone) when (gone.Status is HttpStatusCode.NotFound)
        {
            return null; // expired meanwhile
        }
    }

    // A file that has changed is another file.
    private string KeyOf(FileInfo file, string album) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{photos.Server}\n{album}\n{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}")))[..32];
}

/// <summary>An unfinished upload of the server.</summary>
/// <param name="Location">Its address.</param>
/// <param name="Offset">Bytes that the server has.</param>
/// <param name="UploadId">The upload that it became; null while bytes are missing.</param>
internal sealed record UploadPart(string Location, long Offset, string? UploadId);
