namespace Flickr.Fleet.Durability;

/// <summary>Bytes could not be made durable. Final for the file concerned: see <see cref="Fsync"/>.</summary>
public sealed class DurabilityException : IOException
{
    /// <summary>With a message and the system's error.</summary>
    public DurabilityException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Without a message.</summary>
    public DurabilityException()
    {
    }

    /// <summary>With a message.</summary>
    public DurabilityException(string message)
        : base(message)
    {
    }
}
