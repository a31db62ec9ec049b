using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FASTER.core;

namespace Flickr.Edge.Cache.Log;

/// <summary>How much of a record a read copies out.</summary>
internal enum LogReadMode
{
    /// <summary>All of it, into a pooled buffer.</summary>
    Whole,

    /// <summary>The fixed header only.</summary>
    Header,
}

/// <summary>What a read copied out.</summary>
internal struct LogOutput
{
    /// <summary>Pooled; null when nothing was copied.</summary>
    public byte[]? Buffer;

    /// <summary>Bytes of the record; -1 when its length cannot be right.</summary>
    public int Length;
}

/// <summary>
/// FASTER's callbacks. Records are immutable: a write in place is refused, so that it becomes a new record at
/// the tail and readers need no lock.
/// </summary>
internal sealed class LogFunctions(int recordBytesMax)
    : FunctionsBase<SpanByte, SpanByte, LogReadMode, LogOutput, Empty>
{
    public override bool SingleReader(
        ref SpanByte key, ref LogReadMode input, ref SpanByte value, ref LogOutput dst,
            ref ReadInfo readInfo) =>
        Copy(input, ref value, ref dst);

    public override bool ConcurrentReader(
        ref SpanByte key, ref LogReadMode input, ref SpanByte value, ref LogOutput dst,
            ref ReadInfo readInfo) =>
        Copy(input, ref value, ref dst);

    public override bool SingleWriter(
        ref SpanByte key, ref LogReadMode input, ref SpanByte src, ref SpanByte dst, ref LogOutput output,
        ref UpsertInfo upsertInfo, WriteReason reason)
    {
        src.CopyTo(ref dst);
        return true;
    }

    public override bool ConcurrentWriter(
        ref SpanByte key, ref LogReadMode input, ref SpanByte src, ref SpanByte dst, ref LogOutput output,
        ref UpsertInfo upsertInfo) => false;

    // The bytes stay: somebody may be copying them.
    public override bool SingleDeleter(ref SpanByte key, ref SpanByte value, ref DeleteInfo deleteInfo) =>
        true;

    public override bool ConcurrentDeleter(ref SpanByte key, ref SpanByte value, ref DeleteInfo deleteInfo) =>
        true;

    // Called under the epoch: copy and leave.
    private bool Copy(LogReadMode mode, ref SpanByte value, ref LogOutput output)
    {
        var length = value.Length;
        if (length < 0 || length > recordBytesMax)
        {
            output.Length = -1;
            return true;
        }
        if (output.Buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(output.Buffer);
        }
        var count = mode == LogReadMode.Header ? Math.Min(length, LogRecord.HeaderBytes) : length;
        output.Buffer = ArrayPool<byte>.Shared.Rent(Math.Max(count, 1));
        output.Length = count;
        value.AsReadOnlySpan()[..count].CopyTo(output.Buffer);
        return true;
    }
}

/// <summary>
/// Lengths as FASTER finds them in the log. A length that cannot be right (a flipped bit) is answered with
/// none, so that nobody reads gigabytes or past a page; the record then fails its checksum.
/// </summary>
/// <param name="lengthMax">Longest content written.</param>
/// <param name="initialLength">Bytes that the first read from disk fetches: long enough, most records need
/// only one.</param>
internal sealed class LogLength(int lengthMax, int initialLength) : IVariableLengthStruct<SpanByte>
{
    public int GetLength(ref SpanByte t) => t.Length is var length && length >= 0 && length <= lengthMax
        ? t.TotalSize
        : sizeof(int);

    public int GetInitialLength() => initialLength;

    public unsafe void Serialize(ref SpanByte source, void* destination) => source.CopyTo((byte*)destination);

    public unsafe ref SpanByte AsRef(void* source) => ref Unsafe.AsRef<SpanByte>(source);

    public unsafe void Initialize(void* source, void* end) =>
        *(int*)source = (int)((byte*)end - (byte*)source) - sizeof(int);
}

/// <summary>Compares keys of the log; one that is not as long as ours equals none.</summary>
internal sealed class LogKeyComparer : IFasterEqualityComparer<SpanByte>
{
    public long GetHashCode64(ref SpanByte k)
    {
        if (k.Length != LogRecord.KeyBytes)
        {
            return 0;
        }
        var bytes = k.AsReadOnlySpan();
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var suffix = BinaryPrimitives.ReadUInt64LittleEndian(bytes[CacheKey.Size..]);
        return (long)(hash ^ (suffix * 0x9E3779B97F4A7C15) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    public bool Equals(ref SpanByte k1, ref SpanByte k2) =>
        k1.Length == LogRecord.KeyBytes && k2.Length == LogRecord.KeyBytes
        && k1.AsReadOnlySpan().SequenceEqual(k2.AsReadOnlySpan());
}
