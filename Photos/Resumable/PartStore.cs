using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Photos.Ids;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Resumable;

/// <summary>
/// Unfinished uploads in a folder of this process: <c>id.json</c> what it is, <c>id.part</c> its bytes so far. The length of the
/// second is the offset, so there is nothing that could disagree. Several processes need a balancer that keeps a client with
/// one of them. Parts are not synced: nothing is promised for them, and the whole is hashed when it goes to storage, where it
/// becomes durable before anybody is told. Thread-safe; the bytes of one upload are written under its lock.
/// </summary>
internal sealed class PartStore
{
    private const int PieceBytes = 128 << 10;

    private readonly string _folder;
    private readonly ResumableOptions _options;
    private readonly SortableIds _ids;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, UnfinishedUpload> _uploads = new();
    private readonly ConcurrentDictionary<string, bool> _locked = new();
    private readonly Lock _adding = new();

    public PartStore(PhotosFolders folders, IOptions<ResumableOptions> options, SortableIds ids, TimeProvider time)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folders.Data, "parts")).FullName;
        (_options, _ids, _time) = (options.Value, ids, time);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            if (JsonSerializer.Deserialize<UnfinishedUpload>(File.ReadAllText(file)) is { } upload)
            {
                _uploads[upload.Id] = upload;
            }
        }
    }

    /// <summary>Begins an upload; null when this owner, or all together, have too much unfinished.</summary>
    public UnfinishedUpload? Add(string ownerId, string album, string name, long length, string metadata)
    {
        lock (_adding)
        {
            Sweep();
            var open = _uploads.Values.Where(upload => upload.UploadId is null).ToList();
            if (open.Count(upload => upload.OwnerId == ownerId) >= _options.UnfinishedMax
                || open.Sum(upload => upload.Length) + length > _options.BytesMax)
            {
                return null;
            }
            var added = new UnfinishedUpload(_ids.Next(), ownerId, album, name, length, metadata, Expiry(), null);
            File.Create(PartOf(added)).Dispose();
            Save(added);
            return added;
        }
    }

    /// <summary>The upload of that id, if it is this owner's and not over.</summary>
    public UnfinishedUpload? Find(string ownerId, string id) =>
        _uploads.TryGetValue(id, out var upload) && upload.OwnerId == ownerId && upload.ExpiresMs > NowMs ? upload : null;

    public long OffsetOf(UnfinishedUpload upload) => upload.UploadId is not null ? upload.Length : new FileInfo(PartOf(upload)).Length;

    /// <summary>Whether the caller may write now; to be given back by <see cref="Unlock"/>.</summary>
    public bool TryLock(UnfinishedUpload upload) => _locked.TryAdd(upload.Id, true);

    public void Unlock(UnfinishedUpload upload) => _locked.TryRemove(upload.Id, out _);

    /// <summary>
    /// Appends what comes, up to the announced length. A client that breaks off leaves what had come, unless a checksum was
    /// said: then the part counts whole or not at all.
    /// </summary>
    public async Task<PartVerdict> AppendAsync(UnfinishedUpload upload, Stream body, byte[]? sha256, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(PartOf(upload), FileMode.Append, FileAccess.Write, FileShare.Read, PieceBytes);
        var began = file.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[PieceBytes];
        var verdict = PartVerdict.Cut;
        try
        {
            int read;
            while ((read = await body.ReadAsync(piece, cancellationToken)) > 0)
            {
                if (file.Length + read > upload.Length)
                {
                    verdict = PartVerdict.TooLong;
                    return verdict;
                }
                hash.AppendData(piece, 0, read);
                await file.WriteAsync(piece.AsMemory(0, read), CancellationToken.None);
            }
            verdict = sha256 is null || CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), sha256)
                ? PartVerdict.Appended : PartVerdict.WrongChecksum;
            return verdict;
        }
        catch (Exception fault) when (fault is IOException or BadHttpRequestException or OperationCanceledException)
        {
            return verdict; // the line was cut; HEAD tells how far it came
        }
        finally
        {
            await file.FlushAsync(CancellationToken.None);
            if (verdict is PartVerdict.TooLong or PartVerdict.WrongChecksum || (verdict == PartVerdict.Cut && sha256 is not null))
            {
                file.SetLength(began);
            }
            Save(upload with { ExpiresMs = Expiry() });
        }
    }

    public Stream Open(UnfinishedUpload upload) => new FileStream(PartOf(upload), FileMode.Open, FileAccess.Read, FileShare.Read, PieceBytes);

    /// <summary>It became an upload: its bytes go, its answer stays until it expires.</summary>
    public void Finish(UnfinishedUpload upload, string uploadId)
    {
        Save(upload with { UploadId = uploadId, ExpiresMs = Expiry() });
        File.Delete(PartOf(upload));
    }

    public void Remove(UnfinishedUpload upload)
    {
        _uploads.TryRemove(upload.Id, out _);
        File.Delete(PartOf(upload));
        File.Delete(FactsOf(upload));
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private long Expiry() => (_time.GetUtcNow() + _options.Lifetime).ToUnixTimeMilliseconds();

    private void Sweep()
    {
        foreach (var upload in _uploads.Values.Where(upload => upload.ExpiresMs <= NowMs && TryLock(upload)).ToList())
        {
            Remove(upload);
            Unlock(upload);
        }
    }

    private void Save(UnfinishedUpload upload)
    {
        var written = FactsOf(upload) + ".new";
        File.WriteAllText(written, JsonSerializer.Serialize(upload));
        File.Move(written, FactsOf(upload), overwrite: true);
        _uploads[upload.Id] = upload;
    }

    private string PartOf(UnfinishedUpload upload) => Path.Combine(_folder, upload.Id + ".part");

    private string FactsOf(UnfinishedUpload upload) => Path.Combine(_folder, upload.Id + ".json");
}

/// <summary>What became of a part.</summary>
internal enum PartVerdict
{
    /// <summary>All of it is there.</summary>
    Appended,

    /// <summary>The line was cut; what came is there, unless it had a checksum.</summary>
    Cut,

    /// <summary>More than was announced; nothing of it is there.</summary>
    TooLong,

    /// <summary>Other bytes than its checksum says; nothing of it is there.</summary>
    WrongChecksum,
}
