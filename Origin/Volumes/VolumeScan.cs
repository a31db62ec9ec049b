using System.Buffers;
using System.IO.Hashing;

namespace Flickr.Origin.Volumes;

/// <summary>
/// Reads a volume's log from front to back after a crash, or when its footer is damaged.
/// <para>
/// What a bad record means. The appender starts a batch only after the batch before it was made durable, and marks the
/// batch's first record. So a marked record proves that all bytes in front of it once were durable:
/// </para>
/// <list type="number">
/// <item>bad record, and a marked record (or a later volume) behind it: bitrot. It is quarantined, nothing is cut;</item>
/// <item>bad record, and none behind it: the torn end of a batch that nobody was told about. The log ends there, even if whole
/// records of that batch follow, because a disk may write one batch in any order.</item>
/// </list>
/// </summary>
internal sealed class VolumeScan
{
    private const int WindowBytes = 1 << 20;
    private readonly Volume _volume;
    private readonly byte[] _salt;
    private readonly long _length;

    private VolumeScan(Volume volume, CheckpointRead? known)
    {
        _volume = volume;
        Records = known?.Records ?? [];
        LastBatch = known?.To ?? Superblock.Size;
        _salt = volume.Superblock.Salt;
        _length = volume.File.Length;
    }

    /// <summary>The records in log order.</summary>
    public List<ScannedRecord> Records { get; }

    /// <summary>Where the log ends; what lies behind was never acknowledged.</summary>
    public long End { get; private set; }

    /// <summary>Where the last batch begins.</summary>
    public long LastBatch { get; private set; }

    /// <param name="volume">The volume to read.</param>
    /// <param name="isComplete">Whether a later volume exists, which proves this one was durable to its end.</param>
    /// <param name="known">What a checkpoint says of the log's beginning, which is then not read; null to read all.</param>
    public static VolumeScan Run(Volume volume, bool isComplete, CheckpointRead? known = null)
    {
        var scan = new VolumeScan(volume, known);
        scan.Run(isComplete);
        return scan;
    }

    private void Run(bool isComplete)
    {
        var head = new byte[RecordHeader.Size];
        var position = LastBatch;
        while (position + RecordHeader.Size <= _length)
        {
            var read = _volume.File.Read(position, head);
            var isHeader = read == head.Length && RecordHeader.TryRead(head, _salt, position, out _);
            RecordHeader header = default;
            if (isHeader)
            {
                RecordHeader.TryRead(head, _salt, position, out header);
            }
            if (isHeader && header.Kind == RecordKind.Footer)
            {
                break;
            }
            if (isHeader && TryReadPayload(position, header, out var payload))
            {
                Records.Add(new ScannedRecord(position, header, payload, false));
                LastBatch = header.StartsBatch ? position : LastBatch;
                position += header.RecordBytes;
                continue;
            }
            var next = FindProof(position + RecordHeader.Alignment, isComplete);
            if (next < 0)
            {
                break;
            }
            if (isHeader)
            {
                Records.Add(new ScannedRecord(position, header, default, true));
                // The length is to be believed when the next good header lies exactly there; else step to the next one.
                var follower = position + header.RecordBytes;
                next = IsHeaderAt(follower) ? follower : next;
            }
            else
            {
                Records.Add(new ScannedRecord(position, default, default, true));
            }
            position = next;
        }
        End = position;
    }

    private bool IsHeaderAt(long offset)
    {
        var head = new byte[RecordHeader.Size];
        return offset + head.Length <= _length && _volume.File.Read(offset, head) == head.Length
            && RecordHeader.TryRead(head, _salt, offset, out _);
    }

    /// <summary>
    /// The first valid header from <paramref name="from"/> on, if the log behind <paramref name="from"/> is proven durable;
    /// else -1.
    /// </summary>
    private long FindProof(long from, bool isComplete)
    {
        var window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            long first = -1;
            for (var start = from; start < _length; start += WindowBytes)
            {
                var read = _volume.File.Read(start, window.AsSpan(0, WindowBytes));
                for (var at = 0; at + RecordHeader.Size <= read; at += RecordHeader.Alignment)
                {
                    if (window[at] != (byte)'F'
                        || !RecordHeader.TryRead(window.AsSpan(at, RecordHeader.Size), _salt, start + at, out var header))
                    {
                        continue;
                    }
                    first = first < 0 ? start + at : first;
                    if (isComplete || header.StartsBatch)
                    {
                        return first;
                    }
                }
            }
            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private bool TryReadPayload(long position, in RecordHeader header, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (position + header.RecordBytes > _length)
        {
            return false;
        }
        if (VolumeFooter.CarriesPayload(header.Kind))
        {
            var bytes = new byte[header.Length];
            payload = bytes;
            return _volume.File.Read(position + RecordHeader.Size, bytes) == bytes.Length
                && XxHash3.HashToUInt64(bytes) == header.Checksum;
        }
        return VolumeVerify.IsWhole(_volume, position, header);
    }
}
