using System.Buffers.Binary;
using System.IO.Hashing;

namespace Flickr.Origin.Volumes;

/// <summary>
/// The index of the open volume so far, in a file beside it (<c>volume-NNNNNNNN.idx</c>), so that a start need not read the whole
/// log. Segments follow each other, each listing the records of a stretch of the log that was durable before the segment was
/// written. Nothing waits for this file and nothing is flushed: a segment that is torn, stale or lost fails its check, and the log
/// is read from where the last good one ends.
/// <code>
/// segment: 8 "FLICKRCP", 8 from, 8 to (offsets in the volume), 8 payload length, 8 XXH3-64 of the payload, 8 zero,
///          16 XXH3-128 of the volume's salt and bytes 0–47; then the payload: entries as in a footer
/// </code>
/// </summary>
internal sealed class VolumeCheckpoint(IVolumeDisk disk, Volume volume, long from, long fileLength, int footerBytes)
{
    public const int HeadSize = 64;
    private IVolumeFile? _file;
    private long _fileLength = fileLength;
    private bool _isGivenUp;

    /// <summary>Where the stretch begins that no segment covers yet.</summary>
    public long From { get; private set; } = from;

    /// <summary>Bytes of the footer in the making that segments cover.</summary>
    private int _footerBytes = footerBytes;

    public static string NameOf(int number) => $"volume-{number:D8}.idx";

    public static bool IsName(string name) =>
        name.StartsWith("volume-", StringComparison.Ordinal) && name.EndsWith(".idx", StringComparison.Ordinal);

    /// <summary>Writes a segment for everything up to the volume's end; an error ends checkpoints of this volume, nothing else.</summary>
    public void Write(ReadOnlyMemory<byte> footer, ILogger log)
    {
        if (_isGivenUp || volume.End == From)
        {
            return;
        }
        try
        {
            _file ??= Open();
            var payload = footer[_footerBytes..];
            _file.Write(_fileLength, [HeadOf(payload.Span), payload]);
            _fileLength += HeadSize + payload.Length;
            _footerBytes = footer.Length;
            From = volume.End;
        }
        catch (IOException error)
        {
            _isGivenUp = true;
            OriginLog.CheckpointFailed(log, error, volume.Number);
        }
    }

    public void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>The volume is sealed: its footer is better.</summary>
    public void Delete()
    {
        Close();
        disk.Delete(NameOf(volume.Number));
    }

    /// <summary>Reads the good segments of a volume; none when there is no file.</summary>
    public static CheckpointRead Read(IVolumeDisk disk, Volume volume)
    {
        var records = new List<ScannedRecord>();
        var read = new CheckpointRead(records, Superblock.Size, 0);
        var name = NameOf(volume.Number);
        if (!disk.List().Contains(name))
        {
            return read;
        }
        using var file = disk.Open(name);
        var head = new byte[HeadSize];
        var check = new byte[16];
        while (file.Read(read.FileLength, head) == HeadSize && head.AsSpan(0, 8).SequenceEqual("FLICKRCP"u8))
        {
            VolumeFooter.CheckOf(head, volume.Superblock.Salt, check);
            var (start, to) = (BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16)));
            if (!check.AsSpan().SequenceEqual(head.AsSpan(48)) || start != read.To || to <= start || to > volume.File.Length)
            {
                break;
            }
            var payload = new byte[BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(24))];
            var known = records.Count;
            if (file.Read(read.FileLength + HeadSize, payload) != payload.Length
                || XxHash3.HashToUInt64(payload) != BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(32))
                || !VolumeFooter.TryParse(payload, volume.Superblock.Salt, records))
            {
                records.RemoveRange(known, records.Count - known);
                break;
            }
            read = read with { To = to, FileLength = read.FileLength + HeadSize + payload.Length };
        }
        return read;
    }

    private byte[] HeadOf(ReadOnlySpan<byte> payload)
    {
        var head = new byte[HeadSize];
        "FLICKRCP"u8.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), From);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), volume.End);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(32), XxHash3.HashToUInt64(payload));
        VolumeFooter.CheckOf(head, volume.Superblock.Salt, head.AsSpan(48));
        return head;
    }

    private IVolumeFile Open()
    {
        var name = NameOf(volume.Number);
        return disk.List().Contains(name) ? disk.Open(name) : disk.Create(name);
    }
}

/// <summary>What the good segments say: records up to <paramref name="To"/>, in <paramref name="FileLength"/> bytes.</summary>
internal sealed record CheckpointRead(List<ScannedRecord> Records, long To, long FileLength);
