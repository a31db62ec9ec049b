using Flickr.Origin.Staging;

namespace Flickr.Origin.Replication;

/// <summary>A body that several writes may still be sending; it goes when the last of them has finished.</summary>
internal sealed class SharedBody(StagedBody body, IDisposable? lease)
{
    private int _holders = 1;

    public IDisposable Lease()
    {
        Interlocked.Increment(ref _holders);
        return new Holder(this);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            body.Dispose();
            lease?.Dispose();
        }
    }

    private sealed class Holder(SharedBody shared) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                shared.Release();
            }
        }
    }
}
