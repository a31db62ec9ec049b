using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Edge.Collapse;

/// <summary>
/// The bytes of one fill: chunks that are only ever appended, and a published length. One writer, any number
/// of readers, each with a cursor of its own (<see cref="FlightReader"/>).
/// </summary>
/// <remarks>
/// Memory: a body up to the window lies in memory. Beyond it every chunk is also written to the spool, and
/// chunks older than the window leave memory: a reader that has fallen behind reads them from the file and
/// slows nobody. Interleaving that matters: (1) the writer fills the chunk, (2) raises the published length
/// under the lock, (3) takes the pulse out and fires it outside the lock. A reader looks at the length and
/// takes the pulse under the same lock, so a publish between its look and its wait is never missed.
/// </remarks>
internal sealed class FlightBody : IDisposable
{
    /// <summary>Bytes of a full chunk.</summary>
    public const int ChunkBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly List<byte[]?> _chunks = [];

    // How many readers are copying out of a chunk. One that leaves memory while nobody does is filled again: a body of
    // any length then takes a window of memory, not a window and whatever the collector has not found yet.
    private readonly List<int> _copying = [];
    private readonly Stack<byte[]> _free = new();
    private readonly Spool _spool;
    private readonly long _windowBytes;
    private readonly long? _length;
    private SafeFileHandle? _file;
    private TaskCompletionSource? _pulse;
    private long _published;
    private long _reserved;
    private int _spilled;
    private int _holders = 1;
    private bool _isComplete;
    private FillFault _fault;

    /// <summary>A body with no bytes yet, held once (by the writer).</summary>
    /// <param name="spool">Where chunks beyond the window go.</param>
    /// <param name="windowBytes">Bytes kept in memory.</param>
    /// <param name="length">Length when it is known, else null.</param>
    public FlightBody(Spool spool, long windowBytes, long? length)
    {
        _spool = spool;
        _windowBytes = windowBytes;
        _length = length;
    }

    /// <summary>Bytes that readers may read.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>Bytes of chunks that are in memory.</summary>
    public long ResidentBytes
    {
        get
        {
            lock (_lock)
            {
                return _chunks.Sum(chunk => chunk?.LongLength ?? 0);
            }
        }
    }

    /// <summary>Who holds the body: its writer, and its readers.</summary>
    public int Holders => Volatile.Read(ref _holders);

    /// <summary>Whether all bytes are published.</summary>
    public bool IsComplete => Volatile.Read(ref _isComplete);

    /// <summary>Length when it is known beforehand.</summary>
    public long? Length => _length;

    /// <summary>Room for the writer's next bytes; never empty.</summary>
    public Memory<byte> Room
    {
        get
        {
            var used = (int)(_published % ChunkBytes);
            if (used == 0 && _published / ChunkBytes == _chunks.Count)
            {
                var rest = _length is { } length ? Math.Max(1, length - _published) : ChunkBytes;
                lock (_lock)
                {
                    _chunks.Add(rest >= ChunkBytes && _free.TryPop(out var free) ? free
                        : GC.AllocateUninitializedArray<byte>((int)Math.Min(ChunkBytes, rest)));
                    _copying.Add(0);
                }
            }
            var last = _chunks[^1]!;
            return used < last.Length ? last.AsMemory(used)
                : throw new UnreachableException("more bytes than announced");
        }
    }

    /// <summary>
    /// Makes the next bytes of <see cref="Room"/> readable. False: no room is left in the spool, the fill
    /// must end.
    /// </summary>
    public async ValueTask<bool> PublishAsync(int count)
    {
        long published;
        TaskCompletionSource? pulse;
        lock (_lock)
        {
            published = _published + count;
            Volatile.Write(ref _published, published);
            (pulse, _pulse) = (_pulse, null);
        }
        pulse?.TrySetResult();
        return published <= _windowBytes || published % ChunkBytes != 0 || await SpillAsync();
    }

    /// <summary>All bytes are there.</summary>
    public void Complete() => End(FillFault.None);

    /// <summary>No more bytes will come; readers that need more are told why.</summary>
    public void Fail(FillFault fault) => End(fault);

    /// <summary>
    /// Waits until more than <paramref name="position"/> bytes are published or the body ended. Completes at
    /// once when there is something to say.
    /// </summary>
    public ValueTask<BodyProgress> WaitAsync(long position, CancellationToken cancellationToken)
    {
        Task pulse;
        lock (_lock)
        {
            if (_published > position || _isComplete || _fault != FillFault.None)
            {
                return ValueTask.FromResult(new BodyProgress(_published, _isComplete, _fault));
            }
            _pulse ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pulse = _pulse.Task;
        }
        return AwaitPulseAsync(pulse, position, cancellationToken);
    }

    /// <summary>
    /// Copies published bytes of the chunk that holds <paramref name="position"/>; 0 when they have left memory.
    /// </summary>
    public int Copy(long position, Span<byte> into)
    {
        var index = (int)(position / ChunkBytes);
        byte[]? chunk;
        long published;
        lock (_lock)
        {
            published = _published;
            chunk = position < published ? _chunks[index] : null;
            if (chunk is null)
            {
                return 0;
            }
            _copying[index]++;
        }
        var from = (int)(position % ChunkBytes);
        var count = (int)Math.Min(Math.Min(ChunkBytes - from, published - position), into.Length);
        chunk.AsSpan(from, count).CopyTo(into);
        lock (_lock)
        {
            _copying[index]--;
        }
        return count;
    }

    /// <summary>
    /// Published bytes from <paramref name="position"/> to the end of the chunk that holds it, or empty when
    /// they have left memory. For the writer's side only: what leaves memory is filled again.
    /// </summary>
    public ReadOnlyMemory<byte> InMemory(long position)
    {
        lock (_lock)
        {
            if (position >= _published)
            {
                return default;
            }
            var chunk = _chunks[(int)(position / ChunkBytes)];
            var from = (int)(position % ChunkBytes);
            var inChunk = (int)Math.Min(ChunkBytes, _published - (position - from));
            return chunk is null ? default : chunk.AsMemory(from, inChunk - from);
        }
    }

    /// <summary>Reads bytes that have left memory. The caller holds the body.</summary>
    public ValueTask<int> FromSpoolAsync(long position, Memory<byte> into,
        CancellationToken cancellationToken)
    {
        var spilled = (long)Volatile.Read(ref _spilled) * ChunkBytes;
        var count = (int)Math.Min(into.Length, spilled - position);
        Debug.Assert(count > 0);
        return RandomAccess.ReadAsync(_file!, into[..count], position, cancellationToken);
    }

    /// <summary>
    /// Takes a hold: the bytes stay until <see cref="Dispose"/>. False: the last holder has left.
    /// </summary>
    public bool TryHold()
    {
        lock (_lock)
        {
            if (_holders == 0)
            {
                return false;
            }
            _holders++;
            return true;
        }
    }

    /// <summary>Gives one hold back; the last one frees memory and spool.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (--_holders > 0)
            {
                return;
            }
            _chunks.Clear();
        }
        _file?.Dispose();
        _spool.Release(_reserved);
    }

    private async ValueTask<BodyProgress> AwaitPulseAsync(Task pulse, long position,
        CancellationToken cancellationToken)
    {
        await pulse.WaitAsync(cancellationToken);
        return await WaitAsync(position, cancellationToken);
    }

    private void End(FillFault fault)
    {
        TaskCompletionSource? pulse;
        lock (_lock)
        {
            _fault = fault;
            Volatile.Write(ref _isComplete, fault == FillFault.None);
            (pulse, _pulse) = (_pulse, null);
        }
        pulse?.TrySetResult();
    }

    /// <summary>
    /// Writes all full chunks that are not in the file yet, then lets those older than the window go.
    /// </summary>
    private async ValueTask<bool> SpillAsync()
    {
        var full = (int)(_published / ChunkBytes);
        var more = (long)(full - _spilled) * ChunkBytes;
        if (!_spool.TryReserve(more))
        {
            return false;
        }
        _reserved += more;
        _file ??= _spool.Open();
        for (; _spilled < full; Volatile.Write(ref _spilled, _spilled + 1))
        {
            await RandomAccess.WriteAsync(_file, _chunks[_spilled]!, (long)_spilled * ChunkBytes);
        }
        var keep = (int)(_windowBytes / ChunkBytes);
        lock (_lock)
        {
            for (var i = full - keep - 1; i >= 0 && _chunks[i] is { } chunk; i--)
            {
                _chunks[i] = null;
                if (_copying[i] == 0)
                {
                    _free.Push(chunk);
                }
            }
        }
        return true;
    }
}
