namespace Flickr.Edge.Cache.Memory;

/// <summary>What became of a commit.</summary>
internal enum CommitOutcome
{
    /// <summary>Kept; a lookup finds it.</summary>
    Stored,

    /// <summary>Larger than the RAM tier keeps.</summary>
    TooLarge,

    /// <summary>Held in borrowed memory, or no memory was left for the head.</summary>
    NoRoom,

    /// <summary>An object of a later fill is there already.</summary>
    Superseded,
}

/// <summary>
/// Takes one body as it arrives, into slabs that become the cached object without a copy. One writer; any
/// number of readers through <see cref="OpenReader"/>, during the fill and after it. The writer signals its
/// readers itself. Dispose releases the writer's hold; readers and the committed object live on.
/// </summary>
internal sealed class BodyBuilder : IDisposable
{
    private const int FirstRunBytes = 4 << 10;
    private readonly Lock _gate = new();
    private readonly MemoryTier _tier;
    private readonly CachedObject _object;
    private readonly long? _expectedLength;
    private readonly List<BodyReader> _readers = [];
    private long _capacity;
    private long _held;
    private int _disposed;

    internal BodyBuilder(MemoryTier tier, in CacheKey key, long? expectedLength)
    {
        _tier = tier;
        _object = new CachedObject(key, tier);
        _expectedLength = expectedLength;
        IsKeepable = expectedLength is not { } length || length <= tier.ObjectBytesMax;
    }

    public CacheKey Key => _object.Key;

    /// <summary>Bytes of the body so far.</summary>
    public long Length => _object.Length;

    /// <summary>
    /// False once the body cannot be kept in RAM: too large, or in borrowed memory. Then only a window of it
    /// is held, and what every reader has passed is given up.
    /// </summary>
    public bool IsKeepable { get; private set; }

    /// <summary>
    /// Memory for the next bytes, at least one. False when the window is full (wait for a reader to advance)
    /// or when no memory is left at all (<see cref="IsWaiting"/> tells them apart).
    /// </summary>
    public bool TryGetMemory(out Memory<byte> memory)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        IsWaiting = false;
        var length = _object.Length;
        if (length < _capacity)
        {
            var last = _object.Run(_object.RunCount - 1);
            memory = last.Memory[(int)(last.Bytes - (_capacity - length))..];
            return true;
        }
        if (IsKeepable && length >= _tier.ObjectBytesMax)
        {
            IsKeepable = false;
        }
        if (!IsKeepable)
        {
            GiveUpPassed();
            if (_held >= _tier.WindowBytes)
            {
                IsWaiting = true;
                memory = default;
                return false;
            }
        }
        if (!_tier.TryTake(NextRunBytes(length), out var run))
        {
            memory = default;
            return false;
        }
        IsKeepable &= run.Slab is not null;
        _object.AddRun(run);
        _capacity += run.Bytes;
        _held += run.Bytes;
        memory = run.Memory;
        return true;
    }

    /// <summary>
    /// True when the last <see cref="TryGetMemory"/> failed only because readers are behind.
    /// </summary>
    public bool IsWaiting { get; private set; }

    /// <summary>
    /// Makes <paramref name="count"/> bytes written to the memory last got part of the body.
    /// </summary>
    public void Advance(int count)
    {
        var length = _object.Length + count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _capacity);
        _object.Publish(length);
    }

    /// <summary>
    /// Appends bytes by copying. False when memory ran out on the way; what fitted is appended.
    /// </summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (!TryGetMemory(out var memory))
            {
                return false;
            }
            var count = Math.Min(memory.Length, bytes.Length);
            bytes[..count].CopyTo(memory.Span);
            Advance(count);
            bytes = bytes[count..];
        }
        return true;
    }

    /// <summary>
    /// A reader from <paramref name="offset"/> on. Null when those bytes were already given up.
    /// </summary>
    public BodyReader? OpenReader(long offset = 0)
    {
        lock (_gate)
        {
            if (offset < FirstHeld || offset > _object.Length || !_object.TryAcquire())
            {
                return null;
            }
            var reader = new BodyReader(this, _object, offset);
            _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>
    /// Keeps the body in the tier under its key, with its head block. The body is complete: nothing may be
    /// appended after.
    /// </summary>
    /// <param name="head">Opaque to the tier; copied into a slab. At most 64 KiB.</param>
    /// <param name="fillSequence">Invalidation sequence read before the origin was asked.</param>
    /// <param name="facts">Handed out with each lease; usually the parsed head.</param>
    /// <param name="factsBytes">Bytes of heap behind <paramref name="facts"/>, charged to the object.</param>
    /// <param name="isLogged">The object came from the log tier, so it need not be written there
    /// again.</param>
    public CommitOutcome Commit(
        ReadOnlySpan<byte> head, long fillSequence, object? facts = null, int factsBytes = 0, bool isLogged =
            false)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_object.Length > _tier.ObjectBytesMax || head.Length > Slab.Bytes)
        {
            return CommitOutcome.TooLarge;
        }
        if (!IsKeepable)
        {
            return CommitOutcome.NoRoom;
        }
        var unused = _capacity - _object.Length;
        if (_object.RunCount > 0 && unused >= Slab.UnitBytes)
        {
            var last = _object.Run(_object.RunCount - 1);
            var trimmed = _tier.Trim(last, (int)(last.Bytes - unused));
            _object.TrimLastRun(trimmed);
            _capacity -= last.Bytes - trimmed.Bytes;
            _held -= last.Bytes - trimmed.Bytes;
        }
        return _tier.Commit(_object, head, fillSequence, facts, factsBytes, isLogged);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _object.Release();
        }
    }

    /// <summary>Body offset of the first byte still held.</summary>
    internal long FirstHeld => _capacity - _held;

    internal void Forget(BodyReader reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
        _object.Release();
    }

    private int NextRunBytes(long length)
    {
        if (_expectedLength is { } expected && expected > length)
        {
            return (int)Math.Min(expected - length, Slab.Bytes);
        }
        // Of unknown length: as much again as there is, so that a small body does not touch a whole slab.
        return (int)Math.Clamp(length, FirstRunBytes, Slab.Bytes);
    }

    // Runs that every reader has passed go back. A reader moves its position only after it is done with the
    // bytes before it.
    private void GiveUpPassed()
    {
        lock (_gate)
        {
            var passed = _object.Length;
            foreach (var reader in _readers)
            {
                passed = Math.Min(passed, reader.Position);
            }
            while (_object.FirstRun < _object.RunCount
                && FirstHeld + _object.Run(_object.FirstRun).Bytes <= passed)
            {
                var run = _object.TakeFirstRun();
                _held -= run.Bytes;
                _tier.GiveBack(run);
            }
        }
    }
}
