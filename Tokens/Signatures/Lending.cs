namespace Flickr.Tokens.Signatures;

/// <summary>
/// Objects of the runtime's cryptography that hold a key already, lent to one caller at a time: they are not
/// promised to be
/// thread-safe, and making one for each token would cost an allocation. A caller that finds none free gets a
/// new one.
/// </summary>
internal sealed class Lending<T>(Func<T> make)
    where T : class, IDisposable
{
    private readonly T?[] _free = new T?[8];

    public T Take()
    {
        foreach (ref var slot in _free.AsSpan())
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } lent) return lent;
        return make();
    }

    public void GiveBack(T lent)
    {
        foreach (ref var slot in _free.AsSpan())
            if (slot is null && Interlocked.CompareExchange(ref slot, lent, null) is null) return;
        lent.Dispose();
    }
}
