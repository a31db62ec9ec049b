namespace Flickr.Edge.Cache.Memory;

/// <summary>
/// Reads a body from its beginning while it is still being filled. One thread at a time. What it has not
/// passed stays in memory until <see cref="Dispose"/>, so a reader that has stopped reading must be disposed.
/// </summary>
internal sealed class BodyReader : IDisposable
{
    private readonly BodyBuilder _builder;
    private readonly CachedObject _object;
    private long _position;
    private long _runEnd; // body offset at which the current run ends
    private int _run = -1;
    private int _disposed;

    internal BodyReader(BodyBuilder builder, CachedObject target, long offset)
    {
        _builder = builder;
        _object = target;
        _position = offset;
        _runEnd = builder.FirstHeld;
        _run = target.FirstRun - 1;
    }

    /// <summary>Bytes passed.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Bytes that have arrived and are not passed.</summary>
    public long Available => _object.Length - _position;

    /// <summary>
    /// The bytes at the position that have arrived and lie together. False when none have arrived yet.
    /// </summary>
    public bool TryRead(out ReadOnlyMemory<byte> memory)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        // Length first: the runs that hold these bytes were there before it was published.
        var length = _object.Length;
        if (_position >= length)
        {
            memory = default;
            return false;
        }
        while (_runEnd <= _position)
        {
            _runEnd += _object.Run(++_run).Bytes;
        }
        var run = _object.Run(_run);
        var start = (int)(_position - (_runEnd - run.Bytes));
        var count = (int)(Math.Min(length, _runEnd) - _position);
        memory = run.Memory.Slice(start, count);
        return true;
    }

    /// <summary>Passes bytes; they may not be read again.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Available);
        Volatile.Write(ref _position, _position + count);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _builder.Forget(this);
        }
    }
}
