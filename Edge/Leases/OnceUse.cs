namespace Flickr.Edge.Leases;

/// <summary>One use of a token for one use.</summary>
/// <param name="Id">Issuer, token and content.</param>
/// <param name="Holder">Who uses it: a hash of the client's address.</param>
/// <param name="IssuedAt">Unix seconds.</param>
/// <param name="Until">Unix seconds of its expiry.</param>
/// <param name="IsPart">Whether a range is asked for.</param>
internal readonly record struct OnceUse(string Id, ulong Holder, long IssuedAt, long Until, bool IsPart);
