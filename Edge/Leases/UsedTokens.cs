using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Flickr.Fleet.Durability;

namespace Flickr.Edge.Leases;

/// <summary>
/// The tokens for one use that were used, of those whose home is this edge: on disk before the first use is granted, so
/// that a restart forgets none. What it cannot know (a lost or damaged journal, a fleet whose homes have moved) it says
/// so of: tokens issued before are refused. Thread-safe.
/// </summary>
/// <remarks>
/// Layout, numbers little-endian:
/// <code>
/// offset bytes  what
/// 0      8      "FLKONCE1"
/// 8      8      Unix seconds since which every use is in here
/// 16     16     hash of the names of the fleet: other names, other homes
/// then for every use
/// 0      16     hash of the token and what it opened
/// 16     8      hash of who used it
/// 24     8      Unix seconds of its first use
/// 32     8      Unix seconds of its expiry
/// 40     4      CRC-32 of these
/// </code>
/// </remarks>
internal sealed class UsedTokens : IDisposable
{
    private const int HeaderBytes = 32;
    private const int RecordBytes = 44;
    private const int SpareRecordsMax = 16_384;
    private const int SameUseSeconds = 60;
    private readonly Lock _using = new();
    private readonly Dictionary<UInt128, Use> _uses = [];
    private readonly string _path;
    private readonly LeaseOptions _options;
    private readonly TimeProvider _time;
    private DurableFile? _file;
    private readonly long _startedAt;
    private UInt128? _fleet;
    private bool _hasFollowed;
    private long _since;
    private int _records;

    public UsedTokens(string path, LeaseOptions options, TimeProvider time)
    {
        (_path, _options, _time) = (path, options, time);
        _since = _startedAt = time.GetUtcNow().ToUnixTimeSeconds();
        Read();
    }

    /// <summary>Uses remembered.</summary>
    public int Count
    {
        get
        {
            lock (_using)
            {
                return _uses.Count;
            }
        }
    }

    /// <summary>Uses a token, if nobody has. Durable when it returns <see cref="OnceVerdict.First"/>.</summary>
    /// <param name="use">The use.</param>
    /// <param name="fleet">Names of the edges among which homes are chosen.</param>
    /// <exception cref="IOException">The journal took no write; the token is to be refused.</exception>
    public OnceVerdict Take(in OnceUse use, IEnumerable<string> fleet)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var id = HashOf(use.Id);
        lock (_using)
        {
            Follow(fleet, now);
            if (_uses.TryGetValue(id, out var before))
            {
                return use.IsPart && before.Holder == use.Holder && now - before.At <= SameUseSeconds
                    ? OnceVerdict.SameUse : OnceVerdict.Used;
            }
            if (use.IssuedAt < _since || (_uses.Count >= _options.UsedTokensMax && !TryMakeRoom(now)))
            {
                return OnceVerdict.Unknown;
            }
            if (_records - _uses.Count > SpareRecordsMax)
            {
                Write(now);
            }
            var taken = new Use(use.Holder, now, use.Until);
            Append(id, taken);
            _uses[id] = taken;
            return OnceVerdict.First;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Append(UInt128 id, Use use)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        Encode(record, id, use);
        _file!.Append(record);
        _file.Sync();
        _records++;
    }

    /// <summary>Another fleet has other homes: what was used elsewhere until now is not known here.</summary>
    private void Follow(IEnumerable<string> names, long now)
    {
        var fleet = HashOf(string.Join('\n', names.Order(StringComparer.Ordinal)));
        if (fleet == _fleet && _file is not null)
        {
            return;
        }
        if (_fleet is { } before && before != fleet)
        {
            _since = _hasFollowed ? now : _startedAt;
        }
        (_fleet, _hasFollowed) = (fleet, true);
        Write(now);
    }

    private bool TryMakeRoom(long now)
    {
        Write(now);
        return _uses.Count < _options.UsedTokensMax;
    }

    /// <summary>Writes the journal anew without what has expired.</summary>
    private void Write(long now)
    {
        foreach (var (id, use) in _uses.ToArray())
        {
            if (use.Until <= now)
            {
                _uses.Remove(id);
            }
        }
        _file?.Dispose();
        _file = null;
        DurableFile.Replace(_path, file =>
        {
            var bytes = new byte[HeaderBytes + (_uses.Count * RecordBytes)];
            "FLKONCE1"u8.CopyTo(bytes);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), _since);
            BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16), _fleet!.Value);
            var at = HeaderBytes;
            foreach (var (id, use) in _uses)
            {
                Encode(bytes.AsSpan(at, RecordBytes), id, use);
                at += RecordBytes;
            }
            file.Append(bytes);
        });
        _file = DurableFile.Open(_path);
        _records = _uses.Count;
    }

    private void Read()
    {
        if (!File.Exists(_path))
        {
            return;
        }
        var bytes = File.ReadAllBytes(_path);
        if (bytes.Length < HeaderBytes || !bytes.AsSpan(0, 8).SequenceEqual("FLKONCE1"u8))
        {
            return;
        }
        var isWhole = true;
        for (var at = HeaderBytes; at < bytes.Length; at += RecordBytes)
        {
            if (!TryDecode(bytes.AsSpan(at), out var id, out var use))
            {
                // A torn last record was never acknowledged; anything more is damage, and what it hid is unknown.
                isWhole = bytes.Length - at < RecordBytes;
                break;
            }
            _uses[id] = use;
        }
        if (isWhole)
        {
            _since = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
            _fleet = BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(16));
        }
    }

    private static void Encode(Span<byte> record, UInt128 id, Use use)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(record, id);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], use.Holder);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], use.At);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], use.Until);
        BinaryPrimitives.WriteUInt32LittleEndian(record[40..], Crc32.HashToUInt32(record[..40]));
    }

    private static bool TryDecode(ReadOnlySpan<byte> record, out UInt128 id, out Use use)
    {
        (id, use) = (default, default);
        if (record.Length < RecordBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(record[40..]) != Crc32.HashToUInt32(record[..40]))
        {
            return false;
        }
        id = BinaryPrimitives.ReadUInt128LittleEndian(record);
        use = new Use(BinaryPrimitives.ReadUInt64LittleEndian(record[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[24..]), BinaryPrimitives.ReadInt64LittleEndian(record[32..]));
        return true;
    }

    private static UInt128 HashOf(string text) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private readonly record struct Use(ulong Holder, long At, long Until);
}
