namespace Flickr.ControlPlane.Keys;

/// <summary>Keeps the one data key safe that everything else in the database is sealed with.</summary>
internal interface IKeyWrapper
{
    /// <summary>Wraps the data key.</summary>
    Task<byte[]> WrapAsync(byte[] dataKey, CancellationToken cancellationToken);

    /// <summary>Unwraps it.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was wrapped with another
    /// key, or changed.</exception>
    Task<byte[]> UnwrapAsync(byte[] wrapped, CancellationToken cancellationToken);
}
