namespace Flickr.Fleet.Streaming;

/// <summary>
/// A control plane said something an edge must not follow: an older term, a lost entry, a wrong signature.
/// </summary>
public sealed class StreamRefusedException : Exception
{
    /// <summary>With the reason.</summary>
    public StreamRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Without a reason.</summary>
    public StreamRefusedException()
    {
    }

    /// <summary>With the reason and its cause.</summary>
    public StreamRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
