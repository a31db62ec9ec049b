namespace Flickr.Edge.Cache.Log;

/// <summary>Writes one large body to the log as it arrives. One thread. Dispose without a commit leaves nothing to be found.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>False once the object was dropped (queue full, too large): the writer may be disposed.</summary>
    public bool IsAlive => throw new NotImplementedException();

    /// <summary>Appends bytes by copying. False when the object was dropped.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>Ends the body and makes it findable once it is written. False when it was dropped.</summary>
    public bool Commit(ReadOnlySpan<byte> head, long fillSequence) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
