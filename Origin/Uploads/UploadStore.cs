using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Security.Cryptography;
using Flickr.Fleet.Durability;
using Flickr.Origin.Staging;
using Flickr.Origin.Volumes;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Origin.Uploads;

/// <summary>
/// Unfinished uploads as files: <c>id.part</c> the bytes, <c>id.json</c> what is known. After a restart an upload stands where
/// it was last made durable; bytes behind that are cut, for nobody can say whether the disk has them. Thread-safe; one writer
/// for each upload at a time.
/// </summary>
internal sealed class UploadStore
{
    private const int ChunkBytes = 128 << 10;
    private readonly string _directory;
    private readonly UploadOptions _options;
    private readonly long _blobBytesMax;
    private readonly TimeProvider _time;
    private readonly OriginMetrics _metrics;
    private readonly ConcurrentDictionary<string, OpenUpload> _uploads = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public UploadStore(string directory, UploadOptions options, long blobBytesMax, TimeProvider time, OriginMetrics metrics)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _options = options;
        _blobBytesMax = blobBytesMax;
        _time = time;
        _metrics = metrics;
        foreach (var file in Directory.EnumerateFiles(_directory, "*.json"))
        {
            Reopen(file);
        }
        _metrics.UploadsOpen.Set(_uploads.Count);
    }

    /// <summary>Null when there is no room for so many bytes, or so many uploads.</summary>
    /// <param name="length">Length of the whole body; <see cref="Upload.UnknownLength"/> when the client does not know it yet.</param>
    /// <param name="metadata">Kept for the client.</param>
    /// <param name="concat">What tus says of a concatenation; null for none.</param>
    public OpenUpload? Create(long length, string? metadata, string? concat = null)
    {
        lock (_gate)
        {
            if (_uploads.Count >= _options.CountMax
                || _uploads.Values.Where(upload => upload.Facts.Digest is null).Sum(upload => BytesMaxOf(upload.Facts.Length))
                    + BytesMaxOf(length) > _options.BytesMax)
            {
                return null;
            }
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var upload = new OpenUpload(new Upload(id, length, 0, metadata, NextExpiry(), null, concat));
            using (File.OpenHandle(PartOf(id), FileMode.CreateNew, FileAccess.Write))
            {
                Save(upload, upload.Facts);
            }
            _uploads[id] = upload;
            _metrics.UploadsOpen.Set(_uploads.Count);
            return upload;
        }
    }

    /// <summary>Null when there is none, or it has expired.</summary>
    public OpenUpload? Find(string id) =>
        _uploads.TryGetValue(id, out var upload) && upload.Facts.ExpiresMs > NowMs ? upload : null;

    /// <summary>
    /// Appends what the body gives, as far as it goes: an upload that is cut keeps what arrived. With a checksum it is all or
    /// nothing. The caller holds the upload's lock.
    /// </summary>
    public async Task<AppendVerdict> AppendAsync(
        OpenUpload upload, Stream body, UploadChecksum? checksum, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(PartOf(upload.Facts.Id), FileMode.Open, FileAccess.ReadWrite, FileShare.Read,
            FileOptions.Asynchronous);
        using var hash = checksum is null ? null : IncrementalHash.CreateHash(checksum.Algorithm);
        var start = upload.Offset;
        var chunk = new byte[ChunkBytes];
        var position = start;
        try
        {
            int read;
            while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
            {
                if (position + read > BytesMaxOf(upload.Facts.Length))
                {
                    return AppendVerdict.TooLong;
                }
                await RandomAccess.WriteAsync(file, chunk.AsMemory(0, read), position, CancellationToken.None);
                hash?.AppendData(chunk, 0, read);
                position += read;
                if (checksum is null && position - upload.Facts.DurableOffset >= _options.FlushBytes)
                {
                    MakeDurable(upload, file, position);
                }
            }
        }
        finally
        {
            if (checksum is null)
            {
                MakeDurable(upload, file, position);
            }
        }
        if (checksum is null)
        {
            return AppendVerdict.Appended;
        }
        if (!hash!.GetHashAndReset().AsSpan().SequenceEqual(checksum.Value))
        {
            return AppendVerdict.ChecksumMismatch;
        }
        MakeDurable(upload, file, position);
        return AppendVerdict.Appended;
    }

    /// <summary>As <see cref="AppendAsync"/>, with the body of a request, which another one may end.</summary>
    public async Task<AppendVerdict> ReceiveAsync(HttpContext context, OpenUpload upload, UploadChecksum? checksum)
    {
        try
        {
            // Not RequestAborted: it fires when the connection ends, while bytes that came before wait to be read.
            return await AppendAsync(upload, context.Request.Body, checksum, upload.Writing);
        }
        catch (Exception error) when (error is OperationCanceledException or BadHttpRequestException
            or Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            context.Abort();
            return AppendVerdict.Ended;
        }
    }

    /// <summary>Notes the length of the whole body; false when another one is known, or more is there already.</summary>
    public bool TrySetLength(OpenUpload upload, long length)
    {
        if (upload.Facts.Length == length)
        {
            return true;
        }
        if (upload.Facts.Length != Upload.UnknownLength || length < upload.Offset || length > _blobBytesMax)
        {
            return false;
        }
        Save(upload, upload.Facts with { Length = length });
        return true;
    }

    /// <summary>The bytes of an upload, to be read once.</summary>
    public Stream OpenRead(OpenUpload upload) => File.OpenRead(PartOf(upload.Facts.Id));

    /// <summary>Time until the upload expires.</summary>
    public TimeSpan LeftOf(OpenUpload upload) => TimeSpan.FromMilliseconds(Math.Max(0, upload.Facts.ExpiresMs - NowMs));

    /// <summary>The whole body, hashed, to be stored as a blob.</summary>
    public StagedBody Stage(OpenUpload upload)
    {
        var file = File.OpenHandle(PartOf(upload.Facts.Id));
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var checksum = new XxHash3();
        var chunk = new byte[ChunkBytes];
        for (long done = 0; done < upload.Facts.Length;)
        {
            var read = RandomAccess.Read(file, chunk, done);
            if (read == 0)
            {
                file.Dispose();
                throw new EndOfStreamException("An upload is shorter than it should be.");
            }
            sha.AppendData(chunk, 0, read);
            checksum.Append(chunk.AsSpan(0, read));
            done += read;
        }
        return new StagedBody(Volumes.Digest.Read(sha.GetHashAndReset()),
            new Payload(file, upload.Facts.Length, checksum.GetCurrentHashAsUInt64()), null, file);
    }

    /// <summary>The upload became a blob: its bytes go, its answer stays until it expires.</summary>
    public void Finish(OpenUpload upload, Digest digest)
    {
        Save(upload, upload.Facts with { Digest = digest.ToString(), ExpiresMs = NextExpiry() });
        File.Delete(PartOf(upload.Facts.Id));
    }

    public void Remove(OpenUpload upload)
    {
        _uploads.TryRemove(upload.Facts.Id, out _);
        File.Delete(Path.Combine(_directory, upload.Facts.Id + ".json"));
        File.Delete(PartOf(upload.Facts.Id));
        _metrics.UploadsOpen.Set(_uploads.Count);
    }

    /// <summary>Drops what expired; returns how many.</summary>
    public int RemoveExpired()
    {
        var expired = _uploads.Values.Where(upload => upload.Facts.ExpiresMs <= NowMs && upload.TryLock()).ToList();
        foreach (var upload in expired)
        {
            Remove(upload);
            upload.Unlock();
        }
        _metrics.UploadsExpired.Inc(expired.Count);
        return expired.Count;
    }

    /// <summary>A body whose length nobody knows is counted as the longest.</summary>
    private long BytesMaxOf(long length) => length == Upload.UnknownLength ? _blobBytesMax : length;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private long NextExpiry() => NowMs + (long)_options.Expiry.TotalMilliseconds;

    private string PartOf(string id) => Path.Combine(_directory, id + ".part");

    private void MakeDurable(OpenUpload upload, SafeFileHandle file, long offset)
    {
        Fsync.Data(file);
        Save(upload, upload.Facts with { DurableOffset = offset, ExpiresMs = NextExpiry() });
        upload.Offset = offset;
    }

    /// <summary>Writes beside, flushes, renames, flushes the directory: the old facts or the new ones, never half.</summary>
    private void Save(OpenUpload upload, Upload facts)
    {
        var path = Path.Combine(_directory, facts.Id + ".json");
        using (var file = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, facts.ToBytes(), 0);
            Fsync.Data(file);
        }
        File.Move(path + ".new", path, overwrite: true);
        Fsync.Directory(_directory);
        upload.Facts = facts;
    }

    private void Reopen(string file)
    {
        if (Upload.Read(File.ReadAllBytes(file)) is not { } facts)
        {
            return;
        }
        var part = PartOf(facts.Id);
        if (facts.Digest is null)
        {
            using var handle = File.OpenHandle(part, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            FileRoom.Truncate(handle, facts.DurableOffset);
        }
        else
        {
            File.Delete(part);
        }
        _uploads[facts.Id] = new OpenUpload(facts) { Offset = facts.DurableOffset };
    }
}

/// <summary>A checksum that a client sent with a part of a body.</summary>
internal sealed record UploadChecksum(HashAlgorithmName Algorithm, byte[] Value);

/// <summary>What became of a part of a body.</summary>
internal enum AppendVerdict
{
    Appended,

    /// <summary>The upload would be longer than it said.</summary>
    TooLong,

    /// <summary>The part was dropped.</summary>
    ChecksumMismatch,

    /// <summary>The client went, or came back over another connection; what arrived is kept.</summary>
    Ended,
}
