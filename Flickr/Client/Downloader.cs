using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Flickr.Client;

/// <summary>How one photo of a download ended.</summary>
/// <param name="State"><c>downloaded</c>, <c>present</c> (was there, same bytes) or <c>failed</c>.</param>
internal sealed record DownloadOutcome(string Name, string? File, long Bytes, string State, string? Digest,
    string? Problem);

/// <summary>
/// Fetches originals one after another: the photo service gives each an address and its SHA-256, the edge the
/// bytes. A partial file <c>NAME.part</c> is continued with a range request, and only bytes whose hash is
/// right get the final name.
/// </summary>
internal sealed class Downloader(PhotosClient photos, HttpClient edge, ITransferView view, TimeProvider time)
{
    private const int BlockBytes = 128 * 1024;

    /// <summary>How long the edge may send nothing before the connection counts as cut.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>Fetches one photo's original into the directory.</summary>
    public async Task<DownloadOutcome> FetchAsync(Photo photo, string directory,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await TryFetchAsync(photo, directory, cancellationToken);
                view.End(outcome.Name, outcome.Problem ?? outcome.State, outcome.Problem is null);
                return outcome;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested
                && Patience.Judge(fault, attempt) is not null)
            {
                var wait = Patience.Judge(fault, attempt)!.Value;
                view.Says(photo.Name, $"{fault.Message}; trying again in {wait.TotalSeconds:0.#} s");
                await Task.Delay(wait, time, cancellationToken);
            }
            catch (Exception fault) when (fault is ProblemException or HttpRequestException or IOException
                or UnauthorizedAccessException or TimeoutException or System.Text.Json.JsonException)
            {
                view.End(photo.Name, fault.Message, isWell: false);
                return new DownloadOutcome(photo.Name, null, 0, "failed", null, fault.Message);
            }
        }
    }

    private async Task<DownloadOutcome> TryFetchAsync(Photo photo, string directory,
        CancellationToken cancellationToken)
    {
        var original = await photos.OriginalAsync(photo.Id, cancellationToken);
        if (LocalName.PathInside(directory, original.Name) is not { } path)
        {
            return Failed(original, "its name would lead outside the folder");
        }
        view.Begin(original.Name, original.Length);
        if (IsLink(path) || IsLink(path + ".part"))
        {
            return Failed(original, "a symbolic link of that name is in the folder");
        }
        if (File.Exists(path) && new FileInfo(path).Length == original.Length
            && await DigestOfAsync(path, cancellationToken) == original.Digest)
        {
            return new DownloadOutcome(original.Name, path, original.Length, "present", original.Digest,
                null);
        }
        var digest = await ReceiveAsync(original, path + ".part", cancellationToken);
        if (digest != original.Digest)
        {
            File.Delete(path + ".part");
            return Failed(original,
                $"the bytes are not the photo's (SHA-256 {digest}, expected {original.Digest})");
        }
        File.Move(path + ".part", path, overwrite: true);
        return new DownloadOutcome(original.Name, path, original.Length, "downloaded", digest, null);
    }

    /// <summary>Continues or begins the partial file and returns the SHA-256 of the whole.</summary>
    private async Task<string> ReceiveAsync(OriginalAddress original, string path,
        CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        if (file.Length > original.Length)
        {
            file.SetLength(0);
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await HashAsync(file, hash, cancellationToken);
        if (file.Length == original.Length)
        {
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, original.Url);
        if (file.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            request.Headers.IfRange =
                new RangeConditionHeaderValue(new EntityTagHeaderValue($"\"{original.Digest}\""));
        }
        using var answer = await SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.PartialContent
            || answer.Content.Headers.ContentRange?.From != file.Length)
        {
            // The whole came instead of the rest: begin again.
            file.SetLength(0);
            _ = hash.GetHashAndReset();
        }
        await CopyAsync(answer, file, original, hash, cancellationToken);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task CopyAsync(HttpResponseMessage answer, FileStream file, OriginalAddress original,
        IncrementalHash hash,
        CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var block = new byte[BlockBytes];
        file.Position = file.Length;
        while (true)
        {
            var read = await body.ReadAsync(block, cancellationToken).AsTask()
                .WaitAsync(Silence, time, cancellationToken);
            if (read == 0)
            {
                break;
            }
            if (file.Position + read > original.Length)
            {
                throw new ProblemException(HttpStatusCode.BadGateway, null,
                    "the edge sent more bytes than the photo has", null, null);
            }
            hash.AppendData(block, 0, read);
            await file.WriteAsync(block.AsMemory(0, read), cancellationToken);
            view.Moved(original.Name, file.Position);
        }
        if (file.Position < original.Length)
        {
            throw new IOException($"the connection ended after {file.Position} of {original.Length} bytes");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var answer =
            await edge.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }
        using (answer)
        {
            throw await Api.ProblemOfAsync(answer, cancellationToken);
        }
    }

    private static async Task HashAsync(FileStream file, IncrementalHash hash,
        CancellationToken cancellationToken)
    {
        var block = new byte[BlockBytes];
        file.Position = 0;
        int read;
        while ((read = await file.ReadAsync(block, cancellationToken)) > 0)
        {
            hash.AppendData(block, 0, read);
        }
    }

    private static async Task<string> DigestOfAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static DownloadOutcome Failed(OriginalAddress original, string problem) =>
        new(original.Name, null, 0, "failed", null, problem);
}
