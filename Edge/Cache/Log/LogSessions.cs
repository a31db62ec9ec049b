using System.Collections.Concurrent;
using FASTER.core;
using Session = FASTER.core.ClientSession<
    FASTER.core.SpanByte,
    FASTER.core.SpanByte,
    Flickr.Edge.Cache.Log.LogReadMode,
    Flickr.Edge.Cache.Log.LogOutput,
    FASTER.core.Empty,
    FASTER.core.IFunctions<FASTER.core.SpanByte, FASTER.core.SpanByte, Flickr.Edge.Cache.Log.LogReadMode,
        Flickr.Edge.Cache.Log.LogOutput, FASTER.core.Empty>>;

namespace Flickr.Edge.Cache.Log;

/// <summary>Sessions for reads: each does one read at a time, and there is only so many of them.</summary>
internal sealed class LogSessions(
    FasterKV<SpanByte, SpanByte> store, LogFunctions functions, int sessionsMax, TimeSpan waitMax)
        : IDisposable
{
    private readonly ConcurrentBag<Session> _idle = [];
    private readonly SemaphoreSlim _free = new(sessionsMax, sessionsMax);

    /// <summary>A session for one read; null when none got free in time.</summary>
    public async ValueTask<Session?> RentAsync(CancellationToken cancellationToken)
    {
        if (!_free.Wait(0, CancellationToken.None) && !await _free.WaitAsync(waitMax, cancellationToken))
        {
            return null;
        }
        return _idle.TryTake(out var session) ? session : store.NewSession(functions);
    }

    /// <summary>Takes a session back.</summary>
    public void Return(Session session)
    {
        _idle.Add(session);
        _free.Release();
    }

    /// <summary>Gives up a session whose state is unknown after a failure.</summary>
    public void Discard() => _free.Release();

    /// <summary>
    /// Waits until no read runs any more. False when one still ran after <paramref name="waitAtMost"/>.
    /// </summary>
    public async Task<bool> DrainAsync(TimeSpan waitAtMost)
    {
        for (var i = 0; i < sessionsMax; i++)
        {
            if (!await _free.WaitAsync(waitAtMost))
            {
                return false;
            }
        }
        return true;
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
        _free.Dispose();
    }
}
