using System.Net;
using System.Security.Cryptography;
using System.Text;
using Flickr.Listening;

namespace Flickr.Origin;

/// <summary>
/// Who may call: on the listener for members, members, each what its role needs; elsewhere holders of the key or, where none
/// is set, callers on the same machine.
/// </summary>
internal sealed class CallerGate
{
    private readonly byte[] _expected;
    private readonly NodeIdentity _identity;

    public CallerGate(string key, NodeIdentity identity)
    {
        _identity = identity;
        _expected = key.Length == 0 ? [] : SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + key));
    }

    public bool Admits(HttpContext context)
    {
        if (Membership.IsOnMemberListener(context))
        {
            return _identity.MemberOf(context) is { } member && May(member.Role, context.Request);
        }
        if (_expected.Length == 0)
        {
            return context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address);
        }
        var header = context.Request.Headers.Authorization;
        return header.Count == 1
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header.ToString())), _expected);
    }

    /// <summary>Edges read; Photos also writes; only other origins speak of what is between nodes.</summary>
    private static bool May(string role, HttpRequest request)
    {
        var isBetweenNodes = request.Path.StartsWithSegments("/-") && !request.Path.StartsWithSegments("/-/uploads");
        return role switch
        {
            "origin" => true,
            "photos" => !isBetweenNodes,
            "edge" => !isBetweenNodes && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)),
            _ => false,
        };
    }
}
