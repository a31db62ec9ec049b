using Flickr.Edge.Cache.Log;
using Flickr.Edge.Collapse;

namespace Flickr.Edge.Cache;

/// <summary>
/// Hands a body to the log as it arrives, once it has proved too large for RAM. One thread, the fill's.
/// Dispose without a commit leaves nothing to be found.
/// </summary>
internal sealed class LogFeed(ObjectCache cache, CacheKey key, FlightBody body) : IDisposable
{
    private LogWriter? _writer;
    private long _fed;
    private bool _isOff;

    /// <summary>Begins at once; false when the log does not take the body.</summary>
    public bool TryOpen()
    {
        _writer ??= cache.StartLogWrite(key, body.Length);
        _isOff |= _writer is null;
        return !_isOff;
    }

    /// <summary>Hands on what was published since the last call.</summary>
    public void Feed()
    {
        if (_isOff || body.Published <= cache.MemoryObjectBytesMax)
        {
            return;
        }
        TryOpen();
        while (!_isOff && _fed < body.Published)
        {
            // The window is at least what RAM keeps, so nothing has left memory before it was fed.
            var bytes = body.InMemory(_fed);
            _isOff = bytes.IsEmpty || !_writer!.TryAppend(bytes.Span);
            _fed += bytes.Length;
        }
    }

    /// <summary>Makes the whole body findable. False when the log did not take it.</summary>
    public bool TryCommit(ObjectHead head, long fillSequence) =>
        !_isOff && _writer is not null && _fed == body.Published
            && ObjectCache.Commit(_writer, head, fillSequence);

    public void Dispose() => _writer?.Dispose();
}
