using System.Buffers;
using Flickr.Fleet.Durability;

namespace Flickr.Fleet.Invalidations;

/// <summary>
/// Keeps a horizon on disk. What <see cref="Apply"/> returned from is there after a power cut; what it did
/// not return from
/// may be, and is then covered without being counted, which is the strict side. One writer at a time; reads
/// go to
/// <see cref="Horizon"/> and never wait.
/// </summary>
public sealed class HorizonJournal : IDisposable
{
    private const long CompactAtBytes = 16L << 20;
    private readonly Lock _writing = new();
    private readonly string _path;
    private DurableFile _file;
    private long _compactAtBytes;

    private HorizonJournal(string path, DurableFile file, InvalidationHorizon horizon, long term,
        long tornBytes)
    {
        (_path, _file, Horizon, Term, TornBytes) = (path, file, horizon, term, tornBytes);
        _compactAtBytes = Math.Max(CompactAtBytes, file.Length * 2);
    }

    /// <summary>The horizon, as the journal had it plus what was applied since.</summary>
    public InvalidationHorizon Horizon { get; }

    /// <summary>The highest term of a control plane that this node has followed; 0 for none.</summary>
    public long Term { get; private set; }

    /// <summary>Bytes cut off at opening: a record that was being written when the machine stopped.</summary>
    public long TornBytes { get; }

    /// <summary>Bytes of the file.</summary>
    public long LengthBytes => _file.Length;

    /// <summary>Opens or makes the journal and reads it into a horizon.</summary>
    /// <param name="path">The file. Its directory must be there.</param>
    /// <param name="options">Bounds of the tables.</param>
    /// <exception cref="InvalidDataException">The file is something else, or its header is
    /// damaged.</exception>
    /// <exception cref="DurabilityException">The device takes no writes.</exception>
    public static HorizonJournal Open(string path, HorizonOptions options)
    {
        if (!File.Exists(path))
        {
            var seed = new InvalidationHorizon(options).Seed;
            DurableFile.Replace(path, fresh => fresh.Append(JournalLayout.Header(seed)));
        }
        var file = DurableFile.Open(path);
        try
        {
            return Read(path, file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Applies invalidations in order: they act at once, are durable when the method returns, and only then
    /// does
    /// <see cref="InvalidationHorizon.Sequence"/> rise to <paramref name="sequence"/>.
    /// </summary>
    /// <param name="invalidations">In order of sequence; may be empty, when only the mark moves.</param>
    /// <param name="term">Term under which they came; the journal's own for a node without a control
    /// plane.</param>
    /// <param name="sequence">The sequence up to which everything is now applied.</param>
    /// <param name="forgetBefore">Objects filled before this sequence are dead (a snapshot's floor); 0 for
    /// none.</param>
    /// <exception cref="DurabilityException">Not durable, final: they act until the process ends, and nothing
    /// is counted.</exception>
    public void Apply(IReadOnlyList<Invalidation> invalidations, long term, long sequence,
        long forgetBefore = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(term, Term);
        lock (_writing)
        {
            foreach (var invalidation in invalidations)
            {
                Horizon.Cover(invalidation);
            }
            if (forgetBefore > 0)
            {
                Horizon.ForgetBefore(forgetBefore);
            }
            Write(invalidations, term, Math.Max(sequence, Horizon.Sequence), forgetBefore);
            Term = term;
            Horizon.Publish(sequence);
        }
    }

    /// <summary>
    /// Numbers and applies one invalidation of a node that is its own authority. The number is at least the
    /// clock's
    /// milliseconds, so that a number lost with a torn record is never given out twice.
    /// </summary>
    public Invalidation ApplyOwn(InvalidationKind kind, string value, bool soft, long? epoch,
        TimeProvider time)
    {
        lock (_writing)
        {
            var now = time.GetUtcNow();
            var sequence = Math.Max(Horizon.Sequence + 1, now.ToUnixTimeMilliseconds());
            var invalidation = new Invalidation(sequence, now, kind, value, soft, Epoch: epoch);
            Apply([invalidation], Term, sequence);
            return invalidation;
        }
    }

    /// <summary>
    /// Writes the tables anew and drops the history. Called by itself when the file has doubled.
    /// </summary>
    public void Compact()
    {
        lock (_writing)
        {
            DurableFile.Replace(_path, WriteTables);
            _file.Dispose();
            _file = DurableFile.Open(_path);
            _compactAtBytes = Math.Max(CompactAtBytes, _file.Length * 2);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private static HorizonJournal Read(string path, DurableFile file, HorizonOptions options)
    {
        var bytes = file.ReadAll();
        if (!JournalLayout.TryReadHeader(bytes, out var seed))
        {
            throw new InvalidDataException($"{path} is no horizon journal, or its header is damaged");
        }
        var horizon = new InvalidationHorizon(options, seed);
        var offset = JournalLayout.HeaderLength;
        var (term, sequence) = (0L, 0L);
        while (JournalLayout.TryReadFrame(bytes, offset, out var payload, out var next))
        {
            Take(horizon, payload, ref term, ref sequence);
            offset = next;
        }
        horizon.Publish(sequence);
        var torn = bytes.Length - offset;
        if (torn > 0)
        {
            file.Truncate(offset);
            file.Sync();
        }
        return new HorizonJournal(path, file, horizon, term, torn);
    }

    private static void Take(InvalidationHorizon horizon, ReadOnlySpan<byte> payload, ref long term,
        ref long sequence)
    {
        switch (payload[0])
        {
            case JournalLayout.InvalidationRecord:
                horizon.Cover(JournalLayout.ReadInvalidation(payload));
                break;
            case JournalLayout.MarkRecord:
                (term, sequence) = (JournalLayout.NumberAt(payload, 0), JournalLayout.NumberAt(payload, 1));
                break;
            case JournalLayout.EntryRecord:
                var (table, hash, numbers) = JournalLayout.ReadEntry(payload);
                horizon.Restore(table, hash, numbers);
                break;
            case JournalLayout.FloorsRecord:
                horizon.Restore(JournalLayout.ReadFloors(payload));
                break;
            default:
                throw new InvalidDataException($"record type {payload[0]} is of a newer version of this program");
        }
    }

    private void Write(IReadOnlyList<Invalidation> invalidations, long term, long sequence, long forgetBefore)
    {
        var output = new ArrayBufferWriter<byte>(256);
        foreach (var invalidation in invalidations)
        {
            JournalLayout.WriteInvalidation(output, invalidation);
        }
        if (forgetBefore > 0)
        {
            JournalLayout.WriteFloors(output, HorizonFloors.None with { Dead = forgetBefore });
        }
        JournalLayout.WriteMark(output, term, sequence);
        _file.Append(output.WrittenSpan);
        _file.Sync();
        if (_file.Length > _compactAtBytes)
        {
            Compact();
            _file.Append(output.WrittenSpan);
            _file.Sync();
        }
    }

    private void WriteTables(DurableFile file)
    {
        var output = new ArrayBufferWriter<byte>(1 << 16);
        output.Write(JournalLayout.Header(Horizon.Seed));
        JournalLayout.WriteFloors(output, Horizon.Floors);
        var tables = Horizon.Tables;
        for (var index = 0; index < tables.Length; index++)
        {
            var numbers = new long[tables[index].Columns];
            tables[index].ForEach((hash, row) =>
            {
                for (var column = 0; column < numbers.Length; column++)
                {
                    numbers[column] = row[column];
                }
                JournalLayout.WriteEntry(output, index, hash, numbers);
                if (output.WrittenCount > 1 << 20)
                {
                    file.Append(output.WrittenSpan);
                    output.ResetWrittenCount();
                }
            });
        }
        JournalLayout.WriteMark(output, Term, Horizon.Sequence);
        file.Append(output.WrittenSpan);
    }
}
