using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.Origin;

/// <summary>Who may call: holders of the key, or, where none is set, callers on the same machine.</summary>
internal sealed class CallerGate
{
    private readonly byte[] _expected;

    public CallerGate(string key) => _expected = key.Length == 0 ? [] : SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + key));

    public bool Admits(HttpContext context)
    {
        if (_expected.Length == 0)
        {
            return context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
        }
        var header = context.Request.Headers.Authorization;
        return header.Count == 1
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header.ToString())), _expected);
    }
}
